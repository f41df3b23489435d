/* interrupt.h - Ctrl-C and SIGTERM as an error like any other.
 *
 * Long loops ask ps_interrupted(); an interrupted one fails the ordinary way, so temporaries are removed and files
 * stay whole. A second signal ends the process at once. Any thread may ask.
 */
#ifndef PLASMASTRAT_INTERRUPT_H
#define PLASMASTRAT_INTERRUPT_H

#include "plasmastrat/error.h"

/* Notes SIGINT, SIGTERM and SIGHUP from now on; one that was ignored (nohup, a background job) stays ignored. */
void ps_interrupt_install(void);
int ps_interrupted(void); /* the number of the signal that came, or 0 */
/* +1 where an input on a server is opened, -1 where it is closed: while one is open, a signal that has not ended the
 * program after two seconds ends it at once. */
void ps_interrupt_waits(int change);
/* 0, or -1 with the error "interrupted by SIGNAL". */
int ps_check_interrupt(ps_error *err);

#endif
