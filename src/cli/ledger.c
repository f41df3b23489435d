#include "ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plasmastrat/alloc.h"
#include "plasmastrat/file.h"
#include "plasmastrat/map.h"
#include "plasmastrat/outfile.h"

static const char folder[] = ".plasmastrat";
enum { LEDGER_BYTES = 1 << 20 };
enum { HEAD_BYTES = 65536 }; /* of an input: holds the header of a BAM or a VCF, and a whole model file */

char *ledger_folder(const char *outdir) {
    return ps_format("%s/%s", outdir, folder);
}

static char *ledger_path(const char *outdir, const char *sample_id) {
    return ps_format("%s/%s/%s", outdir, folder, sample_id);
}

/* Adds a line to a text that grows. */
static void add_line(char **text, char *line) {
    char *longer = ps_format("%s%s\n", *text, line);
    free(*text);
    free(line);
    *text = longer;
}

static int hash_head(const char *path, size_t n_bytes, uint64_t *hash) {
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    unsigned char *bytes = ps_alloc(n_bytes, 1);
    size_t n = fread(bytes, 1, n_bytes, f);
    int status = ferror(f) ? -1 : 0;
    fclose(f);
    *hash = ps_hash(bytes, n);
    free(bytes);
    return status;
}

/* 0: a line for the file, or nothing when there is none; -1: the file cannot be told apart from a changed one. */
static int add_file(char **text, const char *role, const char *path) {
    struct stat st;
    uint64_t hash = 0;
    if (!path)
        return 0;
    int status = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? hash_head(path, HEAD_BYTES, &hash) : -1;
    if (status == 0)
        add_line(text, ps_format("file\t%s\t%s\t%lld\t%lld.%09ld\t%016" PRIx64, role, path, (long long)st.st_size,
                                 (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec, hash));
    return status;
}

/* An index beside the file, by either way of naming it: "a.bam.bai", "a.bai". One that is not there is no line. */
static void add_indexes(char **text, const char *role, const char *path) {
    static const char *const endings[] = {".bai", ".csi", ".crai", ".tbi"};
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - path) : strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        for (int whole = 0; whole < 2; whole++) {
            char *name = ps_format("%.*s%s", (int)(whole ? strlen(path) : stem), path, endings[i]);
            add_file(text, role, name);
            free(name);
        }
}

static int add_input(char **text, const char *role, const char *path) {
    const char *mark = path ? strstr(path, CLI_INDEX_MARK) : NULL;
    char *name = mark ? ps_strndup(path, (size_t)(mark - path)) : path ? ps_strdup(path) : NULL;
    int status = add_file(text, role, name);
    if (mark)
        add_file(text, role, mark + strlen(CLI_INDEX_MARK));
    else if (name)
        add_indexes(text, role, name);
    free(name);
    return status;
}

typedef struct asked {
    char *text;
    int status; /* -1: a file cannot be told apart from a changed one */
} asked;

static void add_option(void *context, const char *name, const char *value, int is_file) {
    asked *r = context;
    add_line(&r->text, ps_format("option\t%s\t%s", name, value));
    if (is_file && *value && r->status == 0)
        r->status = add_file(&r->text, name, value);
}

char *ledger_request(const ps_job *job, const cli_knowledge *k) {
    asked r = {.text = ps_strdup("")};
    add_line(&r.text, ps_format("plasmastrat-ledger\t4"));
    add_line(&r.text, ps_format("version\t%s", PS_VERSION));
    for (int i = 0; i < k->n_panels; i++)
        add_line(&r.text, ps_format("panel\t%s\t%s", k->panel[i].name, k->panel[i].checksum));
    cli_each_job_option(job, add_option, &r);
    for (int role = 0; role < PS_N_INPUTS && r.status == 0; role++)
        for (size_t i = 0; r.status == 0 && ps_job_file(job, (ps_input_role)role, i); i++)
            r.status = add_input(&r.text, ps_input_names[role], ps_job_file(job, (ps_input_role)role, i));
    if (k->model_given && r.status == 0)
        r.status = add_file(&r.text, "model", job->model);
    if (r.status == 0)
        return r.text;
    free(r.text);
    return NULL;
}

/* One line per file of the sample, as they lie there now; NULL when one cannot be read. */
static char *describe_outputs(const char *outdir, const char *sample_id) {
    char *text = ps_strdup("");
    int status = 0;
    for (int i = 0; i < CLI_N_OUTPUTS && status == 0; i++) {
        struct stat st;
        uint64_t hash = 0;
        char *path = cli_output_path(outdir, sample_id, i);
        if (stat(path, &st) != 0)
            add_line(&text, ps_format("output\t%d\tabsent", i));
        else if ((status = hash_head(path, (size_t)st.st_size, &hash)) == 0)
            add_line(&text, ps_format("output\t%d\t%lld\t%lld.%09ld\t%016" PRIx64, i, (long long)st.st_size,
                                      (long long)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec, hash));
        free(path);
    }
    if (status == 0)
        return text;
    free(text);
    return NULL;
}

/* Is the file what this line of the ledger says? One of its size and time is not read; one that was copied or touched
 * is. */
static int is_output(const char *outdir, const char *sample_id, int output, const char *line) {
    struct stat st;
    long long size = 0, seconds = 0;
    long nanoseconds = 0;
    uint64_t then = 0, now = 0;
    int number = 0;
    char *path = cli_output_path(outdir, sample_id, output);
    int there = stat(path, &st) == 0, fits = 0;
    if (sscanf(line, "output\t%d\t%lld\t%lld.%ld\t%" SCNx64, &number, &size, &seconds, &nanoseconds, &then) == 5)
        fits = there && number == output && st.st_size == size &&
               ((st.st_mtim.tv_sec == seconds && st.st_mtim.tv_nsec == nanoseconds) ||
                (hash_head(path, (size_t)size, &now) == 0 && now == then));
    else
        fits = !there && sscanf(line, "output\t%d\tabsent", &number) == 1 && number == output;
    free(path);
    return fits;
}

int ledger_open(const char *outdir, ps_error *err) {
    char *path = ledger_folder(outdir);
    int fd = ps_make_folder(path, err) == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        ps_fail_system(err, path, errno, "cannot be opened"); /* unless it could not be made */
    else if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ps_fail(err, PS_ERR_RUN, outdir, 0,
                "another batch is writing here; wait for its end, or give another folder");
        close(fd);
        fd = -1;
    }
    free(path);
    return fd;
}

int ledger_knows(const char *outdir, const char *sample_id) {
    char *path = ledger_path(outdir, sample_id);
    int there = access(path, F_OK) == 0;
    free(path);
    return there;
}

/* Are the files in this folder what the ledger says, made from this request? */
static int is_made_from(const char *outdir, const char *files, const char *sample_id, const char *request) {
    char *path = ledger_path(outdir, sample_id), *text = NULL;
    size_t n = 0;
    ps_error ignored = {0};
    int current = request && ps_file_read(path, LEDGER_BYTES, PS_ERR_RUN, &text, &n, &ignored) == 0 &&
                  !strncmp(text, request, strlen(request));
    const char *line = current ? text + strlen(request) : "";
    for (int i = 0; i < CLI_N_OUTPUTS && current; i++) {
        current = is_output(files, sample_id, i, line);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    current = current && !*line;
    free(text);
    free(path);
    return current;
}

/* Returns how many of the sample's files went from one folder to the other. */
static int move_files(const char *from, const char *to, const char *sample_id) {
    int n = 0;
    for (int i = 0; i < CLI_N_OUTPUTS; i++) {
        char *old = cli_output_path(from, sample_id, i), *new = cli_output_path(to, sample_id, i);
        n += rename(old, new) == 0;
        free(new);
        free(old);
    }
    return n;
}

static char *aside_folder(const char *outdir) {
    return ps_format("%s/%s/.before", outdir, folder);
}

int ledger_is_current(const char *outdir, const char *sample_id, const char *request) {
    char *aside = aside_folder(outdir);
    int current = is_made_from(outdir, outdir, sample_id, request) ||
                  (is_made_from(outdir, aside, sample_id, request) && move_files(aside, outdir, sample_id) > 0 &&
                   is_made_from(outdir, outdir, sample_id, request));
    free(aside);
    return current;
}

int ledger_note(const char *outdir, const char *sample_id, const char *request, ps_error *err) {
    char *path = ledger_path(outdir, sample_id), *outputs = request ? describe_outputs(outdir, sample_id) : NULL;
    ps_outfile file = {0};
    int status = 0;
    if (!outputs) {
        if (unlink(path) != 0 && errno != ENOENT)
            status = ps_fail(err, PS_ERR_RUN, path, 0, "cannot be removed: %s", strerror(errno));
    } else {
        status = ps_outfile_open(path, 1, &file, err);
        if (status == 0)
            fprintf(file.stream, "%s%s", request, outputs);
        if (status == 0)
            status = ps_outfile_commit(&file, err);
    }
    ps_outfile_discard(&file);
    free(outputs);
    free(path);
    return status;
}

int ledger_set_aside(const char *outdir, const char *sample_id) {
    char *aside = aside_folder(outdir);
    mkdir(aside, 0777); /* that it is there already is fine; where it cannot be made the files stay */
    int n = move_files(outdir, aside, sample_id);
    free(aside);
    return n;
}

void ledger_drop_aside(const char *outdir, const char *sample_id) {
    char *aside = aside_folder(outdir);
    for (int i = 0; i < CLI_N_OUTPUTS; i++) {
        char *path = cli_output_path(aside, sample_id, i);
        unlink(path);
        free(path);
    }
    free(aside);
}
