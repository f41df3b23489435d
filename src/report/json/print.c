#include "print.h"

#include <stdlib.h>
#include <string.h>

enum { INDENT = 1, LINE = 240 };

static char *on_one_line(const json_t *value) {
    return json_dumps(value, JSON_NUMBERS | JSON_ENCODE_ANY);
}

static int print(const json_t *value, int depth, size_t used, FILE *out);

static void begin_line(int depth, const char *before, FILE *out) {
    fprintf(out, "%s\n%*s", before, depth * INDENT, "");
}

static int print_object(const json_t *object, int depth, FILE *out) {
    const char *key, *before = "{";
    json_t *value;
    int bad = 0;
    json_object_foreach((json_t *)object, key, value) {
        json_t *name = json_string(key);
        char *text = on_one_line(name);
        json_decref(name);
        begin_line(depth + 1, before, out);
        fprintf(out, "%s: ", text ? text : "");
        bad |= !text || print(value, depth + 1, strlen(text) + 2, out);
        free(text);
        before = ",";
    }
    begin_line(depth, "", out);
    fputc('}', out);
    return bad;
}

static int nests(const json_t *value) {
    return (json_is_object(value) && json_object_size(value)) || (json_is_array(value) && json_array_size(value));
}

/* Numbers and texts, as many as a line holds. */
static int print_list(const json_t *array, int depth, FILE *out) {
    size_t column = LINE;
    for (size_t i = 0; i < json_array_size(array); i++) {
        char *text = on_one_line(json_array_get(array, i));
        if (!text)
            return -1;
        if (column + strlen(text) + 1 > LINE) {
            begin_line(depth + 1, i ? "," : "[", out);
            column = INDENT * ((size_t)depth + 1);
        } else {
            fputc(',', out);
            column += 1;
        }
        fputs(text, out);
        column += strlen(text);
        free(text);
    }
    begin_line(depth, "", out);
    fputc(']', out);
    return 0;
}

static int print_array(const json_t *array, int depth, FILE *out) {
    int list = 1;
    for (size_t i = 0; i < json_array_size(array); i++)
        list &= !nests(json_array_get(array, i));
    if (list)
        return print_list(array, depth, out);
    int bad = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        begin_line(depth + 1, i ? "," : "[", out);
        bad |= print(json_array_get(array, i), depth + 1, 0, out);
    }
    begin_line(depth, "", out);
    fputc(']', out);
    return bad;
}

/* `used`: columns of the line that are taken besides the indent. */
static int print(const json_t *value, int depth, size_t used, FILE *out) {
    char *text = on_one_line(value);
    if (!text)
        return -1;
    int nests =
        (json_is_object(value) && json_object_size(value)) || (json_is_array(value) && json_array_size(value));
    int fits = !nests || (depth && strlen(text) + used + (size_t)(depth * INDENT) < LINE);
    if (fits)
        fputs(text, out);
    free(text);
    if (fits)
        return 0;
    return json_is_object(value) ? print_object(value, depth, out) : print_array(value, depth, out);
}

int json_print(const json_t *value, FILE *out) {
    return print(value, 0, 0, out) ? -1 : 0;
}
