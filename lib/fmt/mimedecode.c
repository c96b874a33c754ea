#include "fmt/mimedecode.h"

#include "base/banned.h"

#define BLOCK	1024

/* What was decoded, given on when there is a block of it. */
struct block {
	unsigned char	 data[BLOCK];
	size_t		 n;
	mimedecode_fn	*fn;
	void		*arg;
};

static void
flush(struct block *b)
{
	if (b->n > 0)
		b->fn(b->arg, slice_of(b->data, b->n));
	b->n = 0;
}

static void
add(struct block *b, unsigned char c)
{
	if (b->n == BLOCK)
		flush(b);
	b->data[b->n++] = c;
}

void
mimedecode_init(struct mimedecode *d, enum mimedecode_as as)
{
	*d = (struct mimedecode){ .as = as };
}

uint32_t
mimedecode_sextet(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return 26u + c - 'a';
	if (c >= '0' && c <= '9')
		return 52u + c - '0';
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

static void
base64(struct mimedecode *d, struct slice s, struct block *b)
{
	for (size_t i = 0; i < s.len; i++) {
		uint32_t v = mimedecode_sextet(s.ptr[i]);

		if (s.ptr[i] == '=')
			d->bits = d->nbits = 0;
		if (v > 63)
			continue;
		d->bits = (d->bits << 6 | v) & 0xffff;
		d->nbits += 6;
		if (d->nbits < 8)
			continue;
		d->nbits -= 8;
		add(b, (unsigned char)(d->bits >> d->nbits));
	}
}

static bool
hex(unsigned char c, unsigned int *v)
{
	if (c >= '0' && c <= '9')
		*v = c - '0';
	else if (c >= 'A' && c <= 'F')
		*v = 10u + c - 'A';
	else if (c >= 'a' && c <= 'f')
		*v = 10u + c - 'a';
	else
		return false;
	return true;
}

/* What is held was no code: it stands for itself. */
static void
give_held(struct mimedecode *d, struct block *b)
{
	for (size_t i = 0; i < d->nheld; i++)
		add(b, d->held[i]);
	d->nheld = 0;
}

static void
quoted(struct mimedecode *d, struct slice s, struct block *b)
{
	unsigned int high, low;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];
		bool blanks = d->nheld > 1 && (d->held[1] == ' ' ||
		    d->held[1] == '\t');

		if (d->nheld == 2 && !blanks && hex(d->held[1], &high) &&
		    hex(c, &low)) {
			add(b, (unsigned char)(high << 4 | low));
			d->nheld = 0;
			continue;
		}
		/* = and blanks up to the end of the line, or = and a digit. */
		if (d->nheld > 0 && d->nheld < sizeof(d->held) &&
		    (((blanks || d->nheld == 1) && (c == ' ' || c == '\t')) ||
		    (d->nheld == 1 && hex(c, &low)))) {
			d->held[d->nheld++] = c;
			continue;
		}
		give_held(d, b);
		if (c == '=')
			d->held[d->nheld++] = c;
		else
			add(b, c);
	}
}

void
mimedecode_put(struct mimedecode *d, struct slice s, mimedecode_fn *fn,
    void *arg)
{
	struct block b = { .fn = fn, .arg = arg };

	if (d->as == MIMEDECODE_NOTHING) {
		if (s.len > 0)
			fn(arg, s);
		return;
	}
	if (d->as == MIMEDECODE_BASE64)
		base64(d, s, &b);
	else
		quoted(d, s, &b);
	flush(&b);
}

bool
mimedecode_line(struct mimedecode *d, mimedecode_fn *fn, void *arg)
{
	struct block b = { .fn = fn, .arg = arg };
	unsigned int low;

	if (d->as == MIMEDECODE_BASE64)
		return false;
	if (d->nheld == 0)
		return true;
	if (d->nheld == 2 && hex(d->held[1], &low)) {
		give_held(d, &b);
		flush(&b);
		return true;
	}
	d->nheld = 0;
	return false;
}
