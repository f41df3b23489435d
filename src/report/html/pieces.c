/* pieces.c - what the sections of ID.html are made of. */
#include "pieces.h"

#include <math.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "plasmastrat/alloc.h"

const char *ps_percent_whole(char out[PS_NUMBER_SIZE], double x, const char *missing) {
    char plain[PS_NUMBER_SIZE];
    ps_percent(plain, x, missing);
    size_t number = strcspn(plain, " ");
    snprintf(out, PS_NUMBER_SIZE, plain[number] ? "%.*s\xC2\xA0%%" : "%.*s", (int)number, plain);
    return out;
}

const char *ps_rounded(char out[PS_NUMBER_SIZE], double x, const char *missing) {
    double size = fabs(x);
    if (!isfinite(x))
        snprintf(out, PS_NUMBER_SIZE, "%s", missing);
    else if (size < 1e15 && (size >= 1000 || x == floor(x)))
        snprintf(out, PS_NUMBER_SIZE, "%.0f", x + 0);
    else if (size < 1e-4 && size >= 1e-9)
        snprintf(out, PS_NUMBER_SIZE, "%.*f", 2 - (int)floor(log10(size)), x);
    else
        snprintf(out, PS_NUMBER_SIZE, "%.3g", x);
    return out;
}

static void put_formatted(FILE *out, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t size = length < 0 ? 1 : (size_t)length + 1;
    char *text = ps_alloc(size, 1);
    vsnprintf(text, size, format, arguments);
    ps_put_html(out, text);
    free(text);
}

void ps_say(FILE *out, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    put_formatted(out, format, arguments);
    va_end(arguments);
}

/* A fact that is not known is left out. */
void ps_fact(FILE *out, const char *name, const char *format, ...) {
    char *text = NULL;
    size_t size = 0;
    FILE *value = open_memstream(&text, &size);
    va_list arguments;
    va_start(arguments, format);
    put_formatted(value, format, arguments);
    va_end(arguments);
    fclose(value);
    if (strcmp(text, DASH) != 0) {
        fputs("<div>", out);
        ps_element(out, "dt", "", name);
        fprintf(out, "<dd>%s</dd></div>\n", text);
    }
    free(text);
}

void ps_element(FILE *out, const char *tag, const char *class, const char *text) {
    fprintf(out, *class ? "<%s class=\"%s\">" : "<%s%s>", tag, class);
    ps_put_html(out, text);
    fprintf(out, "</%s>", tag);
}

void ps_reasons_list(FILE *out, const ps_reasons *reasons) {
    if (!reasons->n)
        return;
    fputs("<ul class=\"reasons\">\n", out);
    ps_reason_items(out, reasons);
    fputs("</ul>\n", out);
}

void ps_reason_items(FILE *out, const ps_reasons *reasons) {
    for (size_t i = 0; i < reasons->n; i++) {
        const ps_reason *reason = &reasons->at[i];
        fputs("<li><b>", out);
        ps_put_html(out, ps_reason_name(reason->code));
        fputs("</b>: ", out);
        ps_put_html(out, ps_reason_sentence(reason->code));
        if (*reason->detail)
            ps_say(out, " (%s)", reason->detail);
        fputs("</li>\n", out);
    }
}

void ps_origin_note(FILE *out, const ps_result *result, ps_marked marker) {
    ps_origin origin[PS_N_INPUTS];
    int n = ps_origins(result, marker, origin);
    for (int i = 0; i < n; i++) {
        fputs(i ? "; " : "<p class=\"note\">From: ", out);
        ps_say(out, "%s", origin[i].what);
        if (*origin[i].cannot)
            ps_say(out, " (cannot show %s)", origin[i].cannot);
    }
    if (n)
        fputs(".</p>\n", out);
}

/* On a narrow screen each row of a stack is a block, and its cells take their labels from --c2, --c3 ... */
static void put_labels(FILE *out, const char *const *columns) {
    fputs(" class=\"stack\" style=\"", out);
    for (int c = 1; columns[c]; c++) {
        fprintf(out, "--c%d:&quot;", c + 1);
        ps_put_html(out, columns[c] + (*columns[c] == '#'));
        fputs("&quot;;", out);
    }
    fputc('"', out);
}

static void table_head(FILE *out, const char *caption, const char *const *columns, int stacks) {
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"", out);
    ps_put_html(out, caption);
    fputs("\"><table role=\"table\"", out);
    if (stacks)
        put_labels(out, columns);
    fputs(">\n<caption><span>", out);
    ps_put_html(out, caption);
    fputs("</span></caption>\n<thead role=\"rowgroup\"><tr role=\"row\">", out);
    for (; *columns; columns++)
        fprintf(out, "<th role=\"columnheader\" scope=\"col\"%s>%s</th>", **columns == '#' ? " class=\"n\"" : "",
                *columns + (**columns == '#'));
    fputs("</tr></thead>\n<tbody role=\"rowgroup\">\n", out);
}

void ps_table_head(FILE *out, const char *caption, const char *const *columns) {
    table_head(out, caption, columns, 0);
}

void ps_stack_head(FILE *out, const char *caption, const char *const *columns) {
    table_head(out, caption, columns, 1);
}

void ps_table_end(FILE *out) {
    fputs("</tbody></table></div>\n", out);
}

void ps_chip(FILE *out, const char *kind, const char *text) {
    fprintf(out, "<span class=\"chip %s\">", kind);
    ps_put_html(out, text);
    fputs("</span>", out);
}

void ps_cell(FILE *out, const char *class, const char *text) {
    fprintf(out, *class ? "<td role=\"cell\" class=\"%s\">" : "<td role=\"cell\"%s>", class);
    ps_put_html(out, text);
    fputs("</td>", out);
}

void ps_put_css_string(FILE *out, const char *text) {
    char *plain = ps_plain(text);
    for (const unsigned char *at = (const unsigned char *)plain; at && *at; at++)
        if (isalnum(*at) || *at >= 0x80)
            fputc(*at, out);
        else
            fprintf(out, "\\%x ", *at);
    free(plain);
}

size_t ps_placeholder(const void *rows, size_t n, size_t size, const char *open, const char **after) {
    const char *name = open + 2, *close = strstr(name, "}}");
    size_t length = close ? (size_t)(close - name) : 0, i = 0;
    for (; i < n; i++) {
        const char *known = *(const char *const *)(const void *)((const char *)rows + i * size);
        if (strlen(known) == length && !memcmp(known, name, length))
            break;
    }
    *after = close ? close + 2 : name;
    return i;
}
