/* embed.c - the report pages and the JSON Schema as bytes of the program. Paths are from the repository root. */
#include "cohort/private.h"
#include "format.h"
#include "plasmastrat/report.h"
#include "plasmastrat/validation.h"
#include "validation/private.h"

#define EMBED(symbol, path)                                                                                          \
    __asm__(".pushsection .rodata\n"                                                                                 \
            ".global " #symbol "\n"                                                                                  \
            ".type " #symbol ", %object\n" #symbol ":\n"                                                             \
            ".incbin \"" path "\"\n"                                                                                 \
            ".byte 0\n"                                                                                              \
            ".size " #symbol ", . - " #symbol "\n"                                                                   \
            ".popsection\n")

EMBED(ps_report_html, "src/report/html/report.html");
EMBED(ps_cohort_html, "src/report/cohort/cohort.html");
EMBED(ps_json_schema, "src/report/sample.schema.json");
EMBED(ps_validation_html, "src/report/validation/validation.html");
EMBED(ps_validation_schema, "src/report/validation/validation.schema.json");
