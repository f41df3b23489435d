/* meant.h - what a user meant: other programs' words for our options and panels, and files given without an option.
 */
#ifndef PLASMASTRAT_MEANT_H
#define PLASMASTRAT_MEANT_H

/* The option that another program calls `word` (no dashes), as "dna for tumour DNA, --rna for RNA"; NULL: none known.
 */
const char *meant_option(const char *word);
/* The built-in panel that a name of its genome means ("GRCh38", "hg19", in any case), or `name` itself. Constant or
 * `name`. */
const char *meant_panel(const char *name);
/* How to give a file that stands alone, by its ending, as "give it with --dna, --rna or --normal"; NULL: cannot tell.
 */
const char *meant_file(const char *name);

#endif
