#include "plasmastrat/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

/* The one variable of the program that changes behind its back: a signal handler can reach nothing else. */
static volatile sig_atomic_t caught;

static void note(int number) {
    caught = number;
}

void ps_interrupt_install(void) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action, before;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (sigaction(signals[i], NULL, &before) != 0 || before.sa_handler == SIG_IGN)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = note;
        action.sa_flags = (int)SA_RESETHAND; /* no SA_RESTART: a read that waits for a pipe shall end */
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
    return ps_fail(err, PS_ERR_RUN, NULL, 0, "interrupted by %s",
                   number == SIGINT    ? "Ctrl-C"
                   : number == SIGTERM ? "SIGTERM"
                                       : "SIGHUP");
}
