/* utf8.h - text of any origin as text that every reader takes. */
#ifndef PLASMASTRAT_UTF8_H
#define PLASMASTRAT_UTF8_H

/* Valid UTF-8: bytes that are not become U+FFFD. Caller frees. NULL gives NULL. */
char *ps_utf8_clean(const char *text);

/* The same on one line: tabs and line ends become spaces, other control and direction-changing characters '?'. */
char *ps_plain(const char *text);

/* For a message: in place, each control or direction-changing character becomes '?'. Other bytes stay, UTF-8 or not:
 * a file may be named in Latin-1. */
void ps_blank_controls(char *text);

#endif
