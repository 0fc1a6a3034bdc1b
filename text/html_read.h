#ifndef WIREWATCH_TEXT_HTML_READ_H
#define WIREWATCH_TEXT_HTML_READ_H

#include <libxml/HTMLparser.h>
#include <stddef.h>

/* What a reader of markup hears, each with `data`; none of them may be NULL. */
struct html_events {
	startElementSAXFunc start;
	endElementSAXFunc end;
	charactersSAXFunc text;	/* white space, too */
};

/*
 * Reads HTML in UTF-8 by libxml2, which loads nothing, says nothing and sees no
 * more than html_affordable() allows. *ctxt_r is libxml2's context while it
 * lasts, for those who want to stop it. Without memory nothing is heard.
 */
void html_read(const char *html, size_t len, const struct html_events *events,
    void *data, htmlParserCtxtPtr *ctxt_r);

#endif
