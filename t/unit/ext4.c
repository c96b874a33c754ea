#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/crc32c.h"
#include "scan/ext4.h"
#include "scan/ext4inode.h"
#include "scan/ext4dir.h"
#include "scan/ext4lost.h"
#include "scan/ext4tree.h"

/* RFC 3720, B.4. */
static void
test_crc32c(void **state)
{
	unsigned char b[32] = { 0 };

	(void)state;
	assert_int_equal(crc32c(UINT32_MAX, slice_of(b, 32)) ^ UINT32_MAX,
	    0x8a9136aau);
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (unsigned char)i;
	assert_int_equal(crc32c(UINT32_MAX, slice_of(b, 32)) ^ UINT32_MAX,
	    0x46dd794eu);
	assert_int_equal(crc32c(7, slice_of(b, 0)), 7);
}

static void
set(unsigned char *p, size_t pos, size_t n, uint64_t v)
{
	for (size_t i = 0; i < n; i++)
		p[pos + i] = (unsigned char)(v >> (8 * i));
}

/* mke2fs -t ext2 -b 1024 8M, as far as it is looked at. */
static void
make_super(unsigned char *p)
{
	memset(p, 0, EXT4_SUPER);
	set(p, 0, 4, 2048);		/* inodes */
	set(p, 4, 4, 8192);		/* blocks */
	set(p, 20, 4, 1);
	set(p, 32, 4, 8192);
	set(p, 36, 4, 8192);
	set(p, 40, 4, 2048);
	set(p, 56, 2, 0xef53);
	set(p, 58, 2, 1);
	set(p, 60, 2, 1);
	set(p, 76, 4, 1);
	set(p, 88, 2, 128);
	set(p, 96, 4, EXT4_FILETYPE);
	set(p, 100, 4, EXT4_SPARSE);
}

/* One field at a time says what cannot be. */
static void
test_super(void **state)
{
	static const struct {
		size_t		pos, len;
		uint64_t	value;
		enum rc		want;
	} t[] = {
		{ 56, 2, 0xef53, RC_OK },
		{ 56, 2, 0xef54, RC_END },
		{ 58, 2, 0x8001, RC_END },
		{ 60, 2, 4, RC_END },
		{ 76, 4, 2, RC_END },
		{ 96, 4, EXT4_JOURNAL_DEV, RC_END },
		{ 24, 4, 7, RC_DAMAGED },	/* block size */
		{ 24, 4, UINT32_MAX, RC_DAMAGED },
		{ 28, 4, 1, RC_DAMAGED },	/* cluster size */
		{ 32, 4, 8184, RC_DAMAGED },	/* blocks per group */
		{ 32, 4, 0, RC_DAMAGED },
		{ 36, 4, 8184, RC_DAMAGED },	/* clusters per group */
		{ 36, 4, 0, RC_DAMAGED },
		{ 40, 4, 0, RC_DAMAGED },	/* inodes per group */
		{ 40, 4, 2047, RC_DAMAGED },
		{ 40, 4, 8200, RC_DAMAGED },
		{ 0, 4, 2047, RC_DAMAGED },	/* inodes */
		{ 4, 4, 1, RC_DAMAGED },	/* blocks */
		{ 4, 4, 16384, RC_DAMAGED },
		{ 20, 4, 2, RC_DAMAGED },
		{ 88, 2, 127, RC_DAMAGED },	/* inode size */
		{ 88, 2, 2048, RC_DAMAGED },
		{ 88, 2, 256, RC_OK },
		{ 206, 2, 257, RC_DAMAGED },	/* reserved blocks */
		{ 96, 4, EXT4_64BIT, RC_DAMAGED },	/* descriptors of 0 */
		{ 100, 4, EXT4_METADATA_CSUM, RC_DAMAGED }
	};
	unsigned char b[EXT4_SUPER];
	struct ext4_super sb;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		make_super(b);
		set(b, t[i].pos, t[i].len, t[i].value);
		assert_int_equal(ext4_super_parse(slice_of(b, sizeof(b)), &sb,
		    &e), t[i].want);
	}
	make_super(b);
	assert_int_equal(ext4_super_parse(slice_of(b, sizeof(b) - 1), &sb,
	    &e), RC_END);
	/* The last group has the blocks that are left. */
	make_super(b);
	set(b, 4, 4, 8192 + 1001);
	set(b, 0, 4, 2 * 2048);
	assert_int_equal(ext4_super_parse(slice_of(b, sizeof(b)), &sb, &e),
	    RC_OK);
	assert_int_equal(sb.groups, 2);
	assert_int_equal(ext4_group_length(&sb, 1), 1000);
	assert_true(ext4_has_super(&sb, 49) && ext4_has_super(&sb, 1));
	assert_false(ext4_has_super(&sb, 2) || ext4_has_super(&sb, 15));
}

static void
test_inode(void **state)
{
	unsigned char b[256] = { 0 };
	struct ext4_inode in;

	(void)state;
	set(b, 0, 2, 0x81c0);
	set(b, 2, 2, 0xffff);
	set(b, 120, 2, 1);
	set(b, 4, 4, 5);
	set(b, 108, 4, 1);
	set(b, 16, 4, 0x80000000u);	/* 1901, or 2038 with an epoch bit */
	set(b, 128, 2, 32);
	set(b, 136, 4, 1 | 123456789u << 2);
	set(b, 144, 4, 1788000000);
	ext4_inode_parse(slice_of(b, sizeof(b)), &in);
	assert_int_equal(in.uid, 0x1ffff);
	assert_int_equal(in.size, ((uint64_t)1 << 32) + 5);
	assert_true(in.has_nsec);
	assert_int_equal(in.modified.sec, INT64_C(2147483648));
	assert_int_equal(in.modified.nsec, 123456789);
	assert_int_equal(in.made.sec, 1788000000);
	/* Of 128 bytes: no birth, seconds only. */
	ext4_inode_parse(slice_of(b, 128), &in);
	assert_false(in.has_nsec);
	assert_int_equal(in.modified.sec, INT64_C(-2147483648));
	assert_int_equal(in.made.sec, 0);
}

static void
test_name(void **state)
{
	static const struct {
		const char		*name;
		uint64_t		 ino;
		enum ext4_lost_kind	 want;
	} t[] = {
		{ "400008000D", 524301, EXT4_LOST_QUEUE },
		{ "400008000D", 524300, EXT4_LOST_NOTICE },
		{ "4fP0yP1rxDz3wYP", 524301, EXT4_LOST_QUEUE },
		{ "4fP0yP1rxDz3wYP", 0, EXT4_LOST_NOTICE },
		{ "mail.log.2.gz", 1, EXT4_LOST_LOG },
		{ "maillog-20261101", 1, EXT4_LOST_LOG },
		{ "user-1000.journal", 1, EXT4_LOST_JOURNAL },
		{ "system@0005.journal~", 1, EXT4_LOST_JOURNAL },
		{ "mail", 1, EXT4_LOST_NAMELESS },
		{ "my-mail.log", 1, EXT4_LOST_NAMELESS },
		{ "NOQUEUE", 1, EXT4_LOST_NAMELESS },
		{ "", 1, EXT4_LOST_NAMELESS }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(ext4_lost_name(slice_cstr(t[i].name),
		    t[i].ino), t[i].want);
}

static void
test_tree(void **state)
{
	struct ext4_tree t;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	ext4_tree_init(&t);
	ext4_tree_dir(&t, 12, 2, SLICE("var"));
	ext4_tree_dir(&t, 11, 12, SLICE("spool"));
	ext4_tree_dir(&t, 20, 21, SLICE("round"));
	ext4_tree_dir(&t, 21, 20, SLICE("and"));
	ext4_tree_dir(&t, 11, 20, SLICE("second"));
	ext4_tree_block(&t, 700, 11);
	ext4_tree_sort(&t);
	ext4_tree_path(&t, 11, &b);
	assert_true(slice_is(buf_slice(&b), "/var/spool/"));
	ext4_tree_path(&t, 2, &b);
	assert_true(slice_is(buf_slice(&b), "/"));
	ext4_tree_path(&t, 99, &b);
	assert_true(slice_is(buf_slice(&b), "?/"));
	/* A circle ends. */
	ext4_tree_path(&t, 20, &b);
	assert_true(slice_starts(buf_slice(&b), SLICE("?/")));
	assert_int_equal(ext4_tree_owner(&t, 700), 11);
	assert_int_equal(ext4_tree_owner(&t, 701), 0);
	ext4_tree_free(&t);
	buf_free(&b);
}

/* Entries of a block, as "inode name", a minus before deleted ones. */
static bool
on_entry(void *arg, const struct ext4_entry *e)
{
	struct buf *b = arg;

	if (e->deleted)
		(void)buf_addc(b, '-');
	(void)buf_addu(b, e->ino);
	(void)buf_addc(b, ' ');
	(void)buf_add(b, e->name);
	return buf_addc(b, '\n');
}

static void
put_entry(unsigned char *p, uint32_t ino, size_t len, const char *name)
{
	struct slice s = slice_cstr(name);

	set(p, 0, 4, ino);
	set(p, 4, 2, len);
	set(p, 6, 1, s.len);
	set(p, 7, 1, EXT4_DIR_FILE);
	memcpy(p + 8, s.ptr, s.len);
}

static void
test_dir(void **state)
{
	struct ext4_super sb = { .block_size = 1024, .inodes = 100,
		.incompat = EXT4_FILETYPE };
	unsigned char p[1024] = { 0 };
	struct slice s = slice_of(p, sizeof(p));
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	put_entry(p, 2, 12, ".");
	put_entry(p + 12, 2, 12, "..");
	put_entry(p + 24, 50, 1000, "live");
	put_entry(p + 36, 51, 16, "deleted");
	put_entry(p + 52, 52, 972, "another");
	assert_true(ext4_dir_plausible(&sb, s));
	ext4_dir_block(&sb, s, on_entry, &b);
	assert_true(slice_is(buf_slice(&b), "2 .\n2 ..\n50 live\n"
	    "-51 deleted\n-52 another\n"));
	/* An inode number that is too large is none. */
	set(p + 52, 0, 4, 101);
	b.len = 0;
	ext4_dir_block(&sb, s, on_entry, &b);
	assert_true(slice_is(buf_slice(&b), "2 .\n2 ..\n50 live\n"
	    "-51 deleted\n"));
	/* Lengths that do not lead to the end exactly. */
	set(p + 24, 4, 2, 996);
	assert_false(ext4_dir_plausible(&sb, s));
	set(p + 24, 4, 2, 1004);
	assert_false(ext4_dir_plausible(&sb, s));
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc32c),
		cmocka_unit_test(test_super),
		cmocka_unit_test(test_inode),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_dir)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
