/* A file is there whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/outfile.h"

static char folder[64];

/* In place of the C library's: counts what is synced. */
static int synced_files, synced_folders;
int fsync(int fd) {
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    if (S_ISDIR(st.st_mode))
        synced_folders++;
    else
        synced_files++;
    return 0;
}

static char *in_folder(const char *name) {
    return ps_format("%s/%s", folder, name);
}

static int count_files(void) {
    DIR *d = opendir(folder);
    assert_non_null(d);
    int n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static void must_hold(const char *path, const char *text) {
    char buffer[64] = {0};
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(buffer, 1, sizeof buffer - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(text));
    assert_string_equal(buffer, text);
}

static void put(const char *path, const char *text, int force) {
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_open(path, force, &out, &err), 0);
    fputs(text, out.stream);
    if (ps_outfile_commit(&out, &err) != 0)
        fail_msg("%s", err.text);
    assert_null(out.path);
    assert_null(out.stream);
    ps_outfile_discard(&out); /* safe on a committed one */
}

/* After a power failure: the bytes are on the disk before they get their name, and then the name is. */
static void test_synced(void **state) {
    (void)state;
    char *path = in_folder("synced");
    ps_outfile out;
    ps_error err = {0};
    synced_files = synced_folders = 0;
    put(path, "whole", 0);
    assert_int_equal(synced_files, 1);
    assert_int_equal(synced_folders, 1);
    assert_int_equal(ps_outfile_reserve(path, 1, &out, &err), 0); /* written by htslib, say */
    assert_int_equal(ps_outfile_commit(&out, &err), 0);
    assert_int_equal(synced_files, 2);
    assert_int_equal(synced_folders, 2);
    unlink(path);
    free(path);
}

static void test_commit(void **state) {
    (void)state;
    char *path = in_folder("a.json");
    mode_t kept = umask(027);
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_open(path, 0, &out, &err), 0);
    assert_int_equal(access(path, F_OK), -1); /* not there before it is whole */
    assert_int_equal(count_files(), 1);
    char *start = in_folder(".a.json.");
    assert_int_equal(strncmp(out.temporary, start, strlen(start)), 0);
    fputs("one", out.stream);
    assert_int_equal(ps_outfile_commit(&out, &err), 0);
    umask(kept);
    must_hold(path, "one");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_equal(count_files(), 1);
    unlink(path);
    free(path);
    free(start);
}

static void test_existing(void **state) {
    (void)state;
    char *path = in_folder("b");
    put(path, "one", 0);
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_open(path, 0, &out, &err), -1);
    char *said = ps_format("%s: exists; use --force to overwrite", path);
    assert_string_equal(err.text, said);
    assert_int_equal(err.kind, PS_ERR_RUN);
    ps_outfile_discard(&out);
    must_hold(path, "one");
    put(path, "two", 1);
    must_hold(path, "two");
    assert_int_equal(count_files(), 1);
    unlink(path);
    free(said);
    free(path);
}

static void test_discard(void **state) {
    (void)state;
    char *path = in_folder("c");
    put(path, "old", 0);
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_open(path, 1, &out, &err), 0);
    fputs("half of", out.stream);
    ps_outfile_discard(&out);
    ps_outfile_discard(&out);
    must_hold(path, "old");
    assert_int_equal(count_files(), 1);
    unlink(path);
    free(path);
}

static void test_reserve(void **state) {
    (void)state;
    char *path = in_folder("d.vcf.gz");
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_reserve(path, 0, &out, &err), 0);
    assert_null(out.stream);
    FILE *f = fopen(out.temporary, "w");
    assert_non_null(f);
    fputs("by name", f);
    fclose(f);
    assert_int_equal(ps_outfile_commit(&out, &err), 0);
    must_hold(path, "by name");
    unlink(path);
    assert_int_equal(ps_outfile_reserve(path, 0, &out, &err), 0);
    unlink(out.temporary); /* the writer lost it */
    assert_int_equal(ps_outfile_commit(&out, &err), -1);
    assert_non_null(strstr(err.text, strerror(ENOENT)));
    assert_int_equal(count_files(), 0);
    free(path);
}

static void must_refuse(const char *path, const char *said) {
    ps_outfile out;
    ps_error err = {0};
    assert_int_equal(ps_outfile_open(path, 1, &out, &err), -1);
    if (!strstr(err.text, said) || !strstr(err.text, path))
        fail_msg("'%s' does not say '%s'", err.text, said);
    ps_outfile_discard(&out);
    assert_int_equal(ps_outfile_reserve(path, 1, &out, &err), -1);
    ps_outfile_discard(&out);
}

static void test_bad_targets(void **state) {
    (void)state;
    char *in_missing = in_folder("no/such/file"), *slash = in_folder("x/");
    must_refuse(folder, "is a folder");
    must_refuse("/dev/null", "is not a regular file");
    must_refuse(in_missing, strerror(ENOENT));
    must_refuse(slash, "is not a file name");
    must_refuse("", "is not a file name");
    assert_int_equal(count_files(), 0);
    free(in_missing);
    free(slash);
}

static void test_unwritable_folder(void **state) {
    (void)state;
    if (geteuid() == 0) /* root may write anywhere */
        skip();
    char *path = in_folder("e");
    assert_int_equal(chmod(folder, 0555), 0);
    must_refuse(path, strerror(EACCES));
    assert_int_equal(chmod(folder, 0755), 0);
    free(path);
}

/* A full disk, played by a limit on file size: the write, not the open, fails. In a child: the limit stays. */
static int write_too_much(size_t n) {
    struct rlimit limit = {1 << 16, 1 << 16};
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    char *path = in_folder("full");
    ps_outfile out;
    ps_error err = {0};
    if (ps_outfile_open(path, 0, &out, &err) != 0)
        return 3;
    for (size_t i = 0; i < n; i++)
        fputc('x', out.stream);
    if (ps_outfile_commit(&out, &err) == 0)
        return 4;
    int fine = strstr(err.text, path) && strstr(err.text, "cannot be written: ") && access(path, F_OK) != 0;
    free(path);
    return fine ? 0 : 5;
}

static void test_full_disk(void **state) {
    (void)state;
    /* the last one fails only in the flush of commit */
    static const size_t sizes[] = {1 << 20, (1 << 16) + 1};
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(write_too_much(sizes[i]));
        int status = -1;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(count_files(), 0); /* no temporary is left */
    }
}

static void test_make_folder(void **state) {
    (void)state;
    char *deep = in_folder("p/q//r"), *p = in_folder("p"), *file = in_folder("p/file"),
         *below = in_folder("p/file/z"), *slash = in_folder("p/s/");
    ps_error err = {0};
    struct stat st;
    assert_int_equal(ps_make_folder(deep, &err), 0);
    assert_int_equal(ps_make_folder(deep, &err), 0); /* again */
    assert_int_equal(ps_make_folder(slash, &err), 0);
    assert_int_equal(ps_make_folder(".", &err), 0);
    assert_int_equal(ps_make_folder("/tmp", &err), 0);
    assert_true(stat(deep, &st) == 0 && S_ISDIR(st.st_mode));
    put(file, "x", 0);
    assert_int_equal(ps_make_folder(below, &err), -1);
    assert_non_null(strstr(err.text, "p/file"));
    memset(&err, 0, sizeof err);
    assert_int_equal(ps_make_folder(file, &err), -1);
    assert_non_null(strstr(err.text, "is not a folder"));
    memset(&err, 0, sizeof err);
    assert_int_equal(ps_make_folder("/proc/nowhere/x", &err), -1);
    assert_non_null(strstr(err.text, "/proc/nowhere: "));
    memset(&err, 0, sizeof err);
    assert_int_equal(ps_make_folder("", &err), -1);
    free(deep);
    free(p);
    free(file);
    free(below);
    free(slash);
}

static int setup(void **state) {
    (void)state;
    strcpy(folder, "/tmp/test_outfile.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    char *command = ps_format("rm -rf %s", folder);
    int failed = system(command);
    free(command);
    return failed;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_synced),
        cmocka_unit_test(test_commit),
        cmocka_unit_test(test_existing),
        cmocka_unit_test(test_discard),
        cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_bad_targets),
        cmocka_unit_test(test_unwritable_folder),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_make_folder),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
