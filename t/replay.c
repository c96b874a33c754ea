/*
 * replay - feed files to a fuzz entry, without a fuzzer
 *
 * Linked with one t/fuzz/NAME.c as bin/obj/t/replay/NAME; t/fuzz.t gives it
 * the seeds.  Each file is also given cut short at eight places, so that its
 * end falls where it should not.  An entry that finds something aborts.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX	(4U * 1024 * 1024)
#define CUTS		8

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Give len bytes in memory that ends with them. */
static void
give(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		abort();
	memcpy(copy, data, len);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

int
main(int argc, char *argv[])
{
	uint8_t *data = malloc(FILE_MAX);
	size_t len;
	FILE *f;

	if (data == NULL)
		abort();
	for (int i = 1; i < argc; i++) {
		f = fopen(argv[i], "rb");
		if (f == NULL) {
			perror(argv[i]);
			return 2;
		}
		len = fread(data, 1, FILE_MAX, f);
		(void)fclose(f);
		/* What is running when it aborts. */
		(void)printf("%s\n", argv[i]);
		(void)fflush(stdout);
		for (size_t n = 0; n <= CUTS; n++)
			give(data, len / CUTS * n);
		give(data, len);
	}
	free(data);
	return 0;
}
