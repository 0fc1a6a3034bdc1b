/*
 * The floor: the least that any poller built on libcurl and libev can cost.
 * Downloads a list of URLs and throws the bodies away; each stage that a real
 * poller must add is a flag, so that its price is the difference of two runs.
 * It measures, so it is small before it is careful: on any surprise it exits.
 *
 * Transfers go over a fixed pool of easy handles; a slot takes the next URL of
 * the list when its last one is done. Nothing is shared between slots but the
 * multi handle and the database.
 */
#include <curl/curl.h>
#include <err.h>
#include <ev.h>
#include <libxml/parser.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <xxhash.h>

#define FLOOR_SLOTS 64
#define FLOOR_LINE_MAX 4096
#define FLOOR_TEXT_MAX 512
#define FLOOR_TIMEOUT_MS 30000L

struct target {
	char *url;
	char *etag;
	char *modified;
};

struct slot {
	struct floor *floor;
	CURL *easy;
	struct curl_slist *headers;
	struct target *target;
	XXH3_state_t *hash;
	xmlParserCtxtPtr parser;
	/* the text of the element that is open, if it is wanted */
	char text[FLOOR_TEXT_MAX];
	size_t text_len;
	bool is_wanted;
	char guid[FLOOR_TEXT_MAX];
	char title[FLOOR_TEXT_MAX];
};

struct floor {
	struct ev_loop *loop;
	ev_timer timer;
	CURLM *multi;
	struct slot slots[FLOOR_SLOTS];
	struct target *targets;
	size_t count;
	size_t next;
	size_t done;
	size_t failed;
	bool with_gzip;
	bool with_hash;
	bool with_parse;
	int batch;
	int in_batch;
	sqlite3 *db;
	sqlite3_stmt *insert_feed;
	sqlite3_stmt *insert_item;
};

/* One watched socket of libcurl's. */
struct watch {
	ev_io io;
	struct floor *floor;
};

static void
floor_sql(struct floor *floor, const char *sql)
{
	if (sqlite3_exec(floor->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "%s: %s", sql, sqlite3_errmsg(floor->db));
}

static void
floor_step(struct floor *floor, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		errx(1, "sqlite: %s", sqlite3_errmsg(floor->db));
	sqlite3_reset(statement);
}

static bool
floor_is_entry(const xmlChar *name)
{
	return xmlStrEqual(name, BAD_CAST "item") ||
	       xmlStrEqual(name, BAD_CAST "entry");
}

static void
floor_on_start(void *data, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespace_count, const xmlChar **namespaces,
    int attribute_count, int default_count, const xmlChar **attributes)
{
	struct slot *slot = data;

	(void)prefix, (void)uri, (void)namespace_count, (void)namespaces;
	(void)attribute_count, (void)default_count, (void)attributes;
	slot->is_wanted = xmlStrEqual(name, BAD_CAST "title") ||
			  xmlStrEqual(name, BAD_CAST "guid") ||
			  xmlStrEqual(name, BAD_CAST "id");
	slot->text_len = 0;
}

static void
floor_on_text(void *data, const xmlChar *text, int len)
{
	struct slot *slot = data;
	size_t room = sizeof slot->text - 1 - slot->text_len;
	size_t take = (size_t)len < room ? (size_t)len : room;

	if (!slot->is_wanted)
		return;
	memcpy(slot->text + slot->text_len, text, take);
	slot->text_len += take;
}

static void
floor_store_item(struct slot *slot)
{
	struct floor *floor = slot->floor;

	if (floor->db == NULL)
		return;
	sqlite3_bind_int64(floor->insert_item, 1,
	    (sqlite3_int64)(slot->target - floor->targets));
	sqlite3_bind_text(floor->insert_item, 2, slot->guid, -1, SQLITE_STATIC);
	sqlite3_bind_text(
	    floor->insert_item, 3, slot->title, -1, SQLITE_STATIC);
	floor_step(floor, floor->insert_item);
}

static void
floor_on_end(
    void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct slot *slot = data;

	(void)prefix, (void)uri;
	if (slot->is_wanted) {
		bool is_title = xmlStrEqual(name, BAD_CAST "title");

		slot->text[slot->text_len] = '\0';
		memcpy(is_title ? slot->title : slot->guid, slot->text,
		    slot->text_len + 1);
		slot->is_wanted = false;
	}
	if (floor_is_entry(name))
		floor_store_item(slot);
}

static void
floor_parse(struct slot *slot, const char *bytes, size_t len, bool is_last)
{
	static xmlSAXHandler handler = {
	    .initialized = XML_SAX2_MAGIC,
	    .startElementNs = floor_on_start,
	    .endElementNs = floor_on_end,
	    .characters = floor_on_text,
	    .cdataBlock = floor_on_text,
	};

	if (slot->parser == NULL) {
		slot->parser =
		    xmlCreatePushParserCtxt(&handler, slot, NULL, 0, NULL);
		if (slot->parser == NULL)
			errx(1, "libxml2: out of memory");
		xmlCtxtUseOptions(slot->parser, XML_PARSE_NONET);
	}
	xmlParseChunk(slot->parser, bytes, (int)len, is_last);
	if (is_last) {
		xmlFreeParserCtxt(slot->parser);
		slot->parser = NULL;
	}
}

static size_t
floor_on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct slot *slot = data;
	size_t len = size * count;

	if (slot->floor->with_hash)
		XXH3_64bits_update(slot->hash, bytes, len);
	if (slot->floor->with_parse)
		floor_parse(slot, bytes, len, false);
	return len;
}

static bool
floor_keep(const char *line, size_t len, const char *name, char **value)
{
	size_t skip = strlen(name);

	if (len <= skip || strncasecmp(line, name, skip) != 0)
		return false;
	while (len > skip && (line[len - 1] == '\r' || line[len - 1] == '\n'))
		len--;
	free(*value);
	*value = strndup(line + skip, len - skip);
	return true;
}

static size_t
floor_on_header(char *line, size_t size, size_t count, void *data)
{
	struct slot *slot = data;
	size_t len = size * count;

	if (!floor_keep(line, len, "etag: ", &slot->target->etag))
		floor_keep(
		    line, len, "last-modified: ", &slot->target->modified);
	return len;
}

static void
floor_slot_init(struct floor *floor, struct slot *slot)
{
	slot->floor = floor;
	slot->easy = curl_easy_init();
	slot->hash = XXH3_createState();
	if (slot->easy == NULL || slot->hash == NULL)
		errx(1, "out of memory");
	curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
	curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(slot->easy, CURLOPT_TIMEOUT_MS, FLOOR_TIMEOUT_MS);
	curl_easy_setopt(slot->easy, CURLOPT_USERAGENT, "floor/1");
	curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, floor_on_body);
	curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
	curl_easy_setopt(slot->easy, CURLOPT_HEADERFUNCTION, floor_on_header);
	curl_easy_setopt(slot->easy, CURLOPT_HEADERDATA, slot);
	if (floor->with_gzip)
		curl_easy_setopt(slot->easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}

static void
floor_add_header(struct slot *slot, const char *name, const char *value)
{
	char line[FLOOR_LINE_MAX];

	if (value == NULL)
		return;
	snprintf(line, sizeof line, "%s: %s", name, value);
	slot->headers = curl_slist_append(slot->headers, line);
}

/* Starts the next URL of the list in this slot, if there is one left. */
static void
floor_next(struct slot *slot)
{
	struct floor *floor = slot->floor;

	if (floor->next == floor->count)
		return;
	slot->target = &floor->targets[floor->next++];
	curl_slist_free_all(slot->headers);
	slot->headers = NULL;
	floor_add_header(slot, "If-None-Match", slot->target->etag);
	floor_add_header(slot, "If-Modified-Since", slot->target->modified);
	XXH3_64bits_reset(slot->hash);
	curl_easy_setopt(slot->easy, CURLOPT_HTTPHEADER, slot->headers);
	curl_easy_setopt(slot->easy, CURLOPT_URL, slot->target->url);
	curl_multi_add_handle(floor->multi, slot->easy);
}

static void
floor_store_feed(struct slot *slot)
{
	struct floor *floor = slot->floor;

	sqlite3_bind_int64(floor->insert_feed, 1,
	    (sqlite3_int64)(slot->target - floor->targets));
	sqlite3_bind_int64(floor->insert_feed, 2,
	    (sqlite3_int64)XXH3_64bits_digest(slot->hash));
	sqlite3_bind_text(
	    floor->insert_feed, 3, slot->target->etag, -1, SQLITE_STATIC);
	floor_step(floor, floor->insert_feed);
	if (++floor->in_batch >= floor->batch) {
		floor_sql(floor, "COMMIT; BEGIN");
		floor->in_batch = 0;
	}
}

static void
floor_finish(struct slot *slot, CURLcode code)
{
	long status = 0;

	curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK || (status != 200 && status != 304)) {
		if (slot->floor->failed++ == 0)
			warnx("%s: %s, HTTP %ld", slot->target->url,
			    curl_easy_strerror(code), status);
	}
	if (slot->parser != NULL)
		floor_parse(slot, "", 0, true);
	if (slot->floor->db != NULL && status == 200)
		floor_store_feed(slot);
	slot->floor->done++;
}

static void
floor_reap(struct floor *floor)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(floor->multi, &left)) != NULL) {
		CURLcode code = message->data.result;
		struct slot *slot;

		curl_easy_getinfo(
		    message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
		floor_finish(slot, code);
		curl_multi_remove_handle(floor->multi, slot->easy);
		floor_next(slot);
	}
	if (floor->done == floor->count)
		ev_break(floor->loop, EVBREAK_ALL);
}

static void
floor_on_socket(struct ev_loop *loop, ev_io *io, int events)
{
	struct watch *watch = io->data;
	struct floor *floor = watch->floor;
	int running;

	(void)loop;
	curl_multi_socket_action(floor->multi, io->fd,
	    ((events & EV_READ) ? CURL_CSELECT_IN : 0) |
		((events & EV_WRITE) ? CURL_CSELECT_OUT : 0),
	    &running);
	floor_reap(floor);
}

static void
floor_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct floor *floor = timer->data;
	int running;

	(void)loop, (void)events;
	curl_multi_socket_action(
	    floor->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	floor_reap(floor);
}

static int
floor_set_timer(CURLM *multi, long timeout_ms, void *data)
{
	struct floor *floor = data;

	(void)multi;
	ev_timer_stop(floor->loop, &floor->timer);
	if (timeout_ms >= 0) {
		ev_timer_set(&floor->timer, (double)timeout_ms / 1000.0, 0.0);
		ev_timer_start(floor->loop, &floor->timer);
	}
	return 0;
}

static int
floor_set_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *own)
{
	struct floor *floor = data;
	struct watch *watch = own;

	(void)easy;
	if (watch != NULL)
		ev_io_stop(floor->loop, &watch->io);
	if (what == CURL_POLL_REMOVE) {
		free(watch);
		curl_multi_assign(floor->multi, fd, NULL);
		return 0;
	}
	if (watch == NULL) {
		watch = calloc(1, sizeof *watch);
		if (watch == NULL)
			errx(1, "out of memory");
		watch->floor = floor;
		ev_init(&watch->io, floor_on_socket);
		watch->io.data = watch;
		curl_multi_assign(floor->multi, fd, watch);
	}
	ev_io_set(&watch->io, fd,
	    ((what & CURL_POLL_IN) ? EV_READ : 0) |
		((what & CURL_POLL_OUT) ? EV_WRITE : 0));
	ev_io_start(floor->loop, &watch->io);
	return 0;
}

static void
floor_open_db(struct floor *floor, const char *path)
{
	static const char schema[] =
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	    "CREATE TABLE feed (id INTEGER PRIMARY KEY, hash, etag);"
	    "CREATE TABLE item (feed, guid, title, PRIMARY KEY (feed, guid))"
	    " WITHOUT ROWID; BEGIN";

	if (sqlite3_open(path, &floor->db) != SQLITE_OK)
		errx(1, "%s: %s", path, sqlite3_errmsg(floor->db));
	floor_sql(floor, schema);
	if (sqlite3_prepare_v2(floor->db,
		"INSERT OR REPLACE INTO feed VALUES (?, ?, ?)", -1,
		&floor->insert_feed, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(floor->db,
		"INSERT OR IGNORE INTO item VALUES (?, ?, ?)", -1,
		&floor->insert_item, NULL) != SQLITE_OK)
		errx(1, "%s: %s", path, sqlite3_errmsg(floor->db));
}

static void
floor_close_db(struct floor *floor)
{
	floor_sql(floor, "COMMIT");
	sqlite3_finalize(floor->insert_feed);
	sqlite3_finalize(floor->insert_item);
	sqlite3_close(floor->db);
}

static FILE *
floor_open(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (file == NULL)
		err(1, "%s", path);
	return file;
}

static void
floor_read_list(struct floor *floor, const char *path)
{
	FILE *file = floor_open(path, "r");
	char line[FLOOR_LINE_MAX];

	while (fgets(line, sizeof line, file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		floor->targets = realloc(floor->targets,
		    (floor->count + 1) * sizeof *floor->targets);
		if (floor->targets == NULL)
			errx(1, "out of memory");
		floor->targets[floor->count++] =
		    (struct target){.url = strdup(line)};
	}
	fclose(file);
}

/* One line a URL: etag, tabulator, last-modified; either may be empty. */
static void
floor_read_validators(struct floor *floor, const char *path)
{
	FILE *file = floor_open(path, "r");
	char line[FLOOR_LINE_MAX];

	for (size_t i = 0; i < floor->count; i++) {
		char *tab;

		if (fgets(line, sizeof line, file) == NULL)
			errx(1, "%s: too short", path);
		line[strcspn(line, "\n")] = '\0';
		tab = strchr(line, '\t');
		if (tab == NULL)
			errx(1, "%s: not written by -o", path);
		*tab = '\0';
		if (*line != '\0')
			floor->targets[i].etag = strdup(line);
		if (tab[1] != '\0')
			floor->targets[i].modified = strdup(tab + 1);
	}
	fclose(file);
}

static void
floor_write_validators(const struct floor *floor, const char *path)
{
	FILE *file = floor_open(path, "w");

	for (size_t i = 0; i < floor->count; i++) {
		const struct target *target = &floor->targets[i];

		fprintf(file, "%s\t%s\n", target->etag ? target->etag : "",
		    target->modified ? target->modified : "");
	}
	if (fclose(file) != 0)
		err(1, "%s", path);
}

static void
floor_run(struct floor *floor)
{
	floor->loop = ev_default_loop(0);
	ev_init(&floor->timer, floor_on_timer);
	floor->timer.data = floor;
	floor->multi = curl_multi_init();
	if (floor->loop == NULL || floor->multi == NULL)
		errx(1, "out of memory");
	curl_multi_setopt(
	    floor->multi, CURLMOPT_SOCKETFUNCTION, floor_set_socket);
	curl_multi_setopt(floor->multi, CURLMOPT_SOCKETDATA, floor);
	curl_multi_setopt(
	    floor->multi, CURLMOPT_TIMERFUNCTION, floor_set_timer);
	curl_multi_setopt(floor->multi, CURLMOPT_TIMERDATA, floor);
	for (size_t i = 0; i < FLOOR_SLOTS; i++) {
		floor_slot_init(floor, &floor->slots[i]);
		floor_next(&floor->slots[i]);
	}
	if (floor->count > 0)
		ev_run(floor->loop, 0);
}

static void
floor_usage(void)
{
	fputs("usage: floor [-e] [-z] [-H] [-x] [-d DB [-b N]] [-i FILE] "
	      "[-o FILE] LIST\n"
	      "  -e  accepted: it always runs on libev\n"
	      "  -z  accept gzip            -H  hash the bodies\n"
	      "  -x  parse them with SAX2   -d  store feeds and items, -b "
	      "feeds a commit\n"
	      "  -i  send validators        -o  write those that came\n",
	    stderr);
	exit(2);
}

int
main(int argc, char **argv)
{
	static struct floor floor = {.batch = 256};
	const char *in = NULL, *out = NULL, *db = NULL;
	int option;

	while ((option = getopt(argc, argv, "ezHxd:b:i:o:")) != -1) {
		switch (option) {
		case 'e':
			break;
		case 'z':
			floor.with_gzip = true;
			break;
		case 'H':
			floor.with_hash = true;
			break;
		case 'x':
			floor.with_parse = true;
			break;
		case 'd':
			db = optarg;
			break;
		case 'b':
			floor.batch = atoi(optarg);
			break;
		case 'i':
			in = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		default:
			floor_usage();
		}
	}
	if (optind != argc - 1)
		floor_usage();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	xmlInitParser();
	floor_read_list(&floor, argv[optind]);
	if (in != NULL)
		floor_read_validators(&floor, in);
	if (db != NULL)
		floor_open_db(&floor, db);
	floor_run(&floor);
	if (db != NULL)
		floor_close_db(&floor);
	if (out != NULL)
		floor_write_validators(&floor, out);
	return floor.failed == 0 ? 0 : 1;
}
