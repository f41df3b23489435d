#include "plasmastrat/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The variables of the program that change behind its back: a signal handler can reach nothing else. */
static volatile sig_atomic_t caught;
static atomic_int waits; /* inputs of a server that are open */
static int nothing = -1; /* /dev/null, set before any signal can come */

enum { SECONDS_TO_END = 2 };

/* A server that does not answer holds its reader inside a library, which begins the wait again after a signal. */
static void give_up(int number) {
    (void)number;
    if (atomic_load(&waits) > 0) {
        signal(caught, SIG_DFL);
        raise(caught);
    }
}

/* A read that waits for a pipe shall end. htslib begins it again after a signal, and then finds the end of the file.
 */
static void note(int number) {
    int before = errno;
    caught = number;
    if (nothing >= 0)
        dup2(nothing, STDIN_FILENO);
    if (atomic_load(&waits) > 0)
        alarm(SECONDS_TO_END);
    errno = before;
}

void ps_interrupt_waits(int change) {
    atomic_fetch_add(&waits, change);
}

void ps_interrupt_install(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, before;
    nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    signal(SIGALRM, give_up);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (sigaction(signals[i], NULL, &before) != 0 || before.sa_handler == SIG_IGN)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = note;
        action.sa_flags = (int)SA_RESETHAND; /* a second one ends the program at once; no SA_RESTART: see note */
        sigemptyset(&action.sa_mask);
        sigaction(signals[i], &action, NULL);
    }
}

int ps_interrupted(void) {
    return caught;
}

int ps_check_interrupt(ps_error *err) {
    int number = caught;
    if (!number)
        return 0;
    return ps_fail(err, PS_ERR_INTERRUPTED, NULL, 0, "interrupted by %s",
                   number == SIGINT    ? "Ctrl-C"
                   : number == SIGTERM ? "SIGTERM"
                                       : "SIGHUP");
}
