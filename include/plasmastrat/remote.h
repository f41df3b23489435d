/* remote.h - inputs on a server: how long to wait for it, and how often to ask again.
 *
 * htslib waits for ever on a server that does not answer. Here a watch looks at the program's connections each second
 * and ends those on which nothing has come for the time allowed; the read then fails the ordinary way.
 */
#ifndef PLASMASTRAT_REMOTE_H
#define PLASMASTRAT_REMOTE_H

/* Seconds without a byte, at least 1; before the first input is opened. 60 when it is not called. */
void ps_remote_limit(int seconds);
int ps_remote_seconds(void);
/* Connections that the watch has ended. Any thread may ask. */
int ps_remote_timeouts(void);

#endif
