#define _GNU_SOURCE /* struct tcp_info, FIONREAD */
#include "plasmastrat/remote.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "plasmastrat/interrupt.h"
#include "plasmastrat/parallel.h"
#include "source.h"

/* The watch's own: libcurl's connections belong to no struct of the program, and its thread has no owner. */
static atomic_int limit = 60, ended, watching;

void ps_remote_limit(int seconds) {
    atomic_store(&limit, seconds);
}

int ps_remote_seconds(void) {
    return atomic_load(&limit);
}

int ps_remote_timeouts(void) {
    return atomic_load(&ended);
}

/* ---- connections that wait ------------------------------------------------------------------------------------- */

static int is_tcp(int fd) {
    struct sockaddr_storage name = {0};
    socklen_t size = sizeof name;
    int type = 0;
    socklen_t type_size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM &&
           getsockname(fd, (struct sockaddr *)&name, &size) == 0 &&
           (name.ss_family == AF_INET || name.ss_family == AF_INET6);
}

/* Nothing has come for a second, and nothing lies there unread (a reader that is busy elsewhere is no silence). */
static int is_waiting(int fd) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    int unread = 0;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    if (info.tcpi_state == TCP_SYN_SENT)
        return 1;
    return info.tcpi_state == TCP_ESTABLISHED && ioctl(fd, FIONREAD, &unread) == 0 && unread == 0 &&
           info.tcpi_last_data_recv >= 1000;
}

enum { MOST_FDS = 1024 };

static void look(void *context) {
    unsigned short *idle = context; /* seconds, by file descriptor */
    for (int fd = 3; fd < MOST_FDS; fd++) {
        idle[fd] = is_tcp(fd) && is_waiting(fd) ? (unsigned short)(idle[fd] + 1) : 0;
        if (idle[fd] < atomic_load(&limit))
            continue;
        atomic_fetch_add(&ended, 1);
        shutdown(fd, SHUT_RDWR);
        idle[fd] = 0;
    }
}

static void watch(void) {
    static unsigned short idle[MOST_FDS]; /* of the one watch */
    if (atomic_fetch_add(&watching, 1) == 0)
        ps_each_second(look, idle);
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* A server that is busy gets time: 0.1, 0.2, 0.4 ... seconds. An interrupt ends the wait. */
void ps_remote_wait(int attempt) {
    enum { FIRST_WAIT_MS = 100, STEP_MS = 20 };
    for (int left = FIRST_WAIT_MS << attempt; left > 0 && !ps_interrupted(); left -= STEP_MS)
        nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
}

/* Replies that asking again does not change (404, 403, 401, 416), and a wait that has been long enough. */
static int is_final(int number, int before) {
    static const int finals[] = {ENOENT, EACCES, EPERM, EINVAL};
    for (size_t i = 0; i < sizeof finals / sizeof *finals; i++)
        if (number == finals[i])
            return 1;
    return ps_remote_timeouts() != before;
}

hFILE *ps_remote_open(const char *url, const char *header) {
    enum { MOST_ATTEMPTS = 6 };
    int before = ps_remote_timeouts();
    watch();
    for (int attempt = 0; attempt < MOST_ATTEMPTS && !ps_interrupted(); attempt++) {
        if (attempt)
            ps_remote_wait(attempt - 1);
        errno = 0;
        hFILE *file = header ? hopen(url, "r:", "httphdr", header, NULL) : hopen(url, "r");
        if (file)
            return file;
        if (is_final(errno, before))
            break;
    }
    errno = ps_remote_timeouts() != before ? ETIMEDOUT : errno ? errno : EIO;
    return NULL;
}
