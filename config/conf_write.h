#ifndef WIREWATCH_CONFIG_CONF_WRITE_H
#define WIREWATCH_CONFIG_CONF_WRITE_H

#include "config/conf.h"
#include "lib/buf.h"

/*
 * Writes what conf_load() reads back as the same values: any UTF-8 without
 * controls, whatever quotes, backslashes and variables seem to stand in it.
 */

/* The text in double quotes. */
void conf_write_string(struct buf *out, const char *text);
/*
 * A feed's section, ended with a newline: name, url, and title, role, country,
 * lang and tags where it has them. Other fields are not looked at.
 */
void conf_write_feed(struct buf *out, const struct conf_feed *feed);

#endif
