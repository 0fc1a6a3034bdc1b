/*
 * Gives a target every input of its corpus, without libFuzzer: seeds, and what
 * once failed. Speaks TAP; an input that fails ends the process, and TAP's
 * reader misses the rest of the plan. Files may be named on the command line.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "lib/alloc.h"
#include "lib/buf.h"

#define REPLAY_INPUT_MAX (1024 * 1024)

static int
replay_file(int number, const char *path)
{
	struct buf input;
	uint8_t *copy;
	int status;

	buf_init(&input, REPLAY_INPUT_MAX);
	status = buf_read_file(&input, path);
	if (status == 0) {
		/* no byte more than the input: reading beyond it shows */
		copy = xmalloc(input.len ? input.len : 1);
		if (input.len)
			memcpy(copy, input.data, input.len);
		LLVMFuzzerTestOneInput(copy, input.len);
		free(copy);
	}
	buf_clear(&input);
	printf("%sok %d - %s\n", status == 0 ? "" : "not ", number, path);
	fflush(stdout);
	return status;
}

static int
is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
replay_corpus(void)
{
	const char *root = getenv("WIREWATCH_SRCDIR");
	char *path =
	    xasprintf("%s/fuzz/corpus/%s", root ? root : ".", fuzz_name);
	struct dirent **entries;
	int i, status = 0, count = scandir(path, &entries, is_input, alphasort);

	if (count <= 0) {
		printf("1..1\nnot ok 1 - %s has inputs\n", path);
		free(path);
		return -1;
	}
	printf("1..%d\n", count);
	for (i = 0; i < count; i++) {
		char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		if (replay_file(i + 1, file) != 0)
			status = -1;
		free(file);
		free(entries[i]);
	}
	free(entries);
	free(path);
	return status;
}

int
main(int argc, char **argv)
{
	int i, status = 0;

	if (argc < 2)
		return replay_corpus() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		if (replay_file(i, argv[i]) != 0)
			status = -1;
	}
	return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
