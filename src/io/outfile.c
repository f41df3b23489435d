#include "plasmastrat/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"

static int fail_errno(const char *path, const char *what, ps_error *err) {
    return ps_fail_system(err, path, errno, what);
}

/* Folder part of a path, with its '/' ("" for the working directory). */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return ps_strndup(path, slash ? (size_t)(slash - path) + 1 : 0);
}

static int check_target(const char *path, int force, ps_error *err) {
    struct stat st;
    size_t length = strlen(path);
    if (length == 0 || path[length - 1] == '/')
        return ps_fail(err, PS_ERR_RUN, path, 0, "is not a file name");
    if (stat(path, &st) != 0) {
        /* A dangling symbolic link would be replaced by the rename, which is what the user gets for a file too. */
        return errno == ENOENT ? 0 : fail_errno(path, "cannot be written", err);
    }
    if (S_ISDIR(st.st_mode))
        return ps_fail(err, PS_ERR_RUN, path, 0, "is a folder, expected a file name");
    if (!S_ISREG(st.st_mode)) /* a rename would replace a device or a pipe */
        return ps_fail(err, PS_ERR_RUN, path, 0, "is not a regular file");
    if (!force)
        return ps_fail(err, PS_ERR_RUN, path, 0, "exists; use --force to overwrite");
    return 0;
}

static const char suffix_letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

/* Like mkstemp, but created with mode 0666 so that the kernel applies the umask: reading the umask in a program with
 * threads is a race. */
static int make_temporary(const char *path, char **temporary, ps_error *err) {
    char *folder = folder_of(path);
    const char *base = path + strlen(folder);
    int fd = -1;
    *temporary = NULL;
    for (unsigned attempt = 0; attempt < 1000 && fd < 0; attempt++) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        uint64_t key =
            ((uint64_t)now.tv_nsec << 24) ^ ((uint64_t)getpid() << 8) ^ ((uint64_t)now.tv_sec << 40) ^ attempt;
        key = (key ^ (uintptr_t)temporary) * 0x9E3779B97F4A7C15u; /* golden-ratio multiplier spreads the bits */
        char suffix[7];
        for (int i = 0; i < 6; i++, key /= 36)
            suffix[i] = suffix_letters[(key >> 8) % 36];
        suffix[6] = '\0';
        free(*temporary);
        *temporary = ps_format("%s.%s.%s", folder, base, suffix);
        fd = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0) {
        fail_errno(path, "cannot be written", err);
        free(*temporary);
        *temporary = NULL;
    }
    free(folder);
    return fd;
}

static int reserve(const char *path, int force, ps_outfile *out, int *fd, ps_error *err) {
    memset(out, 0, sizeof *out);
    if (check_target(path, force, err) != 0)
        return -1;
    *fd = make_temporary(path, &out->temporary, err);
    if (*fd < 0)
        return -1;
    out->path = ps_strdup(path);
    out->force = force;
    return 0;
}

int ps_outfile_open(const char *path, int force, ps_outfile *out, ps_error *err) {
    int fd;
    if (reserve(path, force, out, &fd, err) != 0)
        return -1;
    out->stream = fdopen(fd, "w");
    if (!out->stream) {
        fail_errno(path, "cannot be written", err);
        close(fd);
        ps_outfile_discard(out);
        return -1;
    }
    return 0;
}

int ps_outfile_reserve(const char *path, int force, ps_outfile *out, ps_error *err) {
    int fd;
    if (reserve(path, force, out, &fd, err) != 0)
        return -1;
    if (close(fd) != 0) {
        fail_errno(path, "cannot be written", err);
        ps_outfile_discard(out);
        return -1;
    }
    return 0;
}

/* Some file systems cannot fsync (EINVAL, ENOTSUP); that is not a failed write. */
static int sync_fd(int fd) {
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS ? 0 : -1;
}

static int sync_named(const char *name, int flags) {
    int fd = open(name, flags | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failed = sync_fd(fd);
    int saved = errno;
    if (close(fd) != 0)
        return -1;
    errno = saved;
    return failed;
}

static int finish_stream(ps_outfile *out) {
    FILE *stream = out->stream;
    errno = 0;
    int failed = fflush(stream) != 0;
    if (!failed && ferror(stream)) { /* an earlier write failed and its errno is gone */
        errno = errno ? errno : EIO;
        failed = 1;
    }
    failed = failed || sync_fd(fileno(stream)) != 0;
    int saved = errno;
    out->stream = NULL;
    if (fclose(stream) != 0 && !failed)
        return -1;
    errno = saved;
    return failed ? -1 : 0;
}

/* Without `force` another process may have made the file since it was looked for: a link refuses, a rename replaces.
 * A dangling symbolic link is replaced, as is a file on a file system without links. */
static int take_name(ps_outfile *out, ps_error *err) {
    struct stat st;
    if (!out->force && link(out->temporary, out->path) == 0)
        return unlink(out->temporary);
    if (!out->force && errno == EEXIST && stat(out->path, &st) == 0)
        return ps_fail(err, PS_ERR_RUN, out->path, 0, "exists; use --force to overwrite");
    return rename(out->temporary, out->path);
}

int ps_outfile_commit(ps_outfile *out, ps_error *err) {
    int failed = out->stream ? finish_stream(out) : sync_named(out->temporary, O_WRONLY);
    if (failed || take_name(out, err) != 0) {
        fail_errno(out->path, "cannot be written", err);
        ps_outfile_discard(out);
        return -1;
    }
    free(out->temporary);
    out->temporary = NULL;
    char *folder = folder_of(out->path);
    /* The name itself must survive a crash too; a folder that cannot be opened for reading cannot be synced. */
    failed = sync_named(*folder ? folder : ".", O_RDONLY | O_DIRECTORY) != 0 && errno != EACCES;
    if (failed)
        fail_errno(out->path, "its folder cannot be synced", err);
    free(folder);
    ps_outfile_discard(out);
    return failed ? -1 : 0;
}

void ps_outfile_discard(ps_outfile *out) {
    if (out->stream)
        fclose(out->stream);
    if (out->temporary)
        unlink(out->temporary);
    free(out->temporary);
    free(out->path);
    memset(out, 0, sizeof *out);
}

int ps_outfile_is_leftover(const char *name, const char *base) {
    size_t n = strlen(base);
    return name[0] == '.' && !strncmp(name + 1, base, n) && name[n + 1] == '.' && strlen(name) == n + 8 &&
           strspn(name + n + 2, suffix_letters) == 6;
}

int ps_outfile_write_all(char *const *path, size_t n, int force, ps_outfile_writer *write, const void *context,
                         ps_error *err) {
    ps_outfile *file = ps_alloc(n, sizeof *file);
    int status = 0;
    for (size_t f = 0; f < n && status == 0; f++) {
        status = ps_outfile_open(path[f], force, &file[f], err);
        if (status == 0)
            status = write(context, f, file[f].stream, err);
    }
    for (size_t f = 0; f < n && status == 0; f++)
        status = ps_outfile_commit(&file[f], err);
    for (size_t f = 0; f < n; f++)
        ps_outfile_discard(&file[f]);
    free(file);
    return status;
}

int ps_make_folder(const char *path, ps_error *err) {
    if (!*path)
        return ps_fail(err, PS_ERR_RUN, path, 0, "is not a folder name");
    char *part = ps_strdup(path);
    struct stat st;
    int result = 0;
    for (char *p = part + 1; result == 0; p++) {
        if (*p && *p != '/')
            continue;
        char kept = *p;
        *p = '\0';
        /* Another process may make the same folder at the same time: EEXIST is fine when it is one. */
        if (mkdir(part, 0777) != 0 && (errno != EEXIST || stat(part, &st) != 0)) {
            if (errno != EROFS || stat(part, &st) != 0) /* mkdir of an existing folder may say EROFS */
                result = fail_errno(part, "folder cannot be made", err);
        } else if (stat(part, &st) == 0 && !S_ISDIR(st.st_mode)) {
            result = ps_fail(err, PS_ERR_RUN, part, 0, "is not a folder");
        }
        *p = kept;
        if (!kept)
            break;
    }
    if (result == 0 && access(path, W_OK | X_OK) != 0)
        result = fail_errno(path, "folder cannot be written", err);
    free(part);
    return result;
}
