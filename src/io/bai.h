/* bai.h - does a BAI index hold together?
 *
 * A BAI has no checksum, unlike CSI and CRAI: a flipped bit makes reads vanish without a word. But it says the same thing
 * several ways, and these are compared (SAM specification, section 5.2): the chunks of a contig follow each other
 * without a gap; bins of one level begin in the order of their places; the linear index rises, and each of its steps lies
 * in a chunk of a bin over that window. Private to src/io.
 */
#ifndef PLASMASTRAT_BAI_H
#define PLASMASTRAT_BAI_H

/* 1: it does, or it is no local BAI, which others check; 0: it does not, or it cannot be read. */
int ps_bai_is_sound(const char *path);

#endif
