/* In which year, and in which zone, the files of a set begin. */
#include "source/years.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/caltime.h"
#include "base/msg.h"

#define FILES 3

/* What the beginning of a file says, and what is to come of it. */
struct said {
	const char *name;
	const char *host;
	uint8_t mon, day;	    /* of its first BSD stamp; 0: it has none */
	uint8_t last_mon, last_day; /* of its latest; 0: the same */
	unsigned int wraps;
	int line, qid;		  /* year by a dated line, by a queue ID */
	const char *gzip, *mtime; /* days */
	unsigned int nids;	  /* long IDs, */
	int32_t east;		  /* that agree on that, unless */
	bool differ;
	const char *want; /* year, why, zone */
};

static const struct {
	const char *name;
	int year; /* --year */
	struct said file[FILES];
} table[] = {
	{ "modification time", 0,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.mtime = "2026-11-29",
		.want = "2026 mtime" } } },
	{ "the year before it", 0,
	    { { .name = "mail.log",
		.mon = 12,
		.day = 1,
		.mtime = "2026-11-29",
		.want = "2025 mtime" } } },
	{ "its own day, in any zone", 0,
	    { { .name = "mail.log",
		.mon = 11,
		.day = 30,
		.mtime = "2026-11-29",
		.want = "2026 mtime" } } },
	{ "a day later", 0,
	    { { .name = "mail.log",
		.mon = 12,
		.day = 1,
		.mtime = "2026-11-29",
		.want = "2025 mtime" } } },
	{ "new years in it", 0,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.last_mon = 2,
		.last_day = 3,
		.wraps = 2,
		.mtime = "2026-03-01",
		.want = "2024 mtime" } } },
	{ "a leap day", 0,
	    { { .name = "mail.log",
		.mon = 2,
		.day = 29,
		.mtime = "2026-03-01",
		.want = "2024 mtime" } } },
	{ "the gzip header first", 0,
	    { { .name = "mail.log.2.gz",
		.mon = 9,
		.day = 1,
		.gzip = "2024-09-08",
		.mtime = "2026-11-29",
		.want = "2024 gzip" } } },
	{ "nothing", 0,
	    { { .name = "-", .mon = 9, .day = 1, .want = "none" } } },
	{ "--year", 2020,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.qid = 2026,
		.mtime = "2026-11-29",
		.want = "2020 given" } } },
	{ "--year of a set is that of the oldest", 2020,
	    { { .name = "mail.log", .mon = 1, .day = 4, .want = "2021 given" },
		{ .name = "mail.log.1",
		    .mon = 12,
		    .day = 28,
		    .want = "2020 given" },
		{ .name = "mail.log.2.gz",
		    .mon = 12,
		    .day = 21,
		    .want = "2020 given" } } },
	{ "two sets are two", 2020,
	    { { .name = "mail.log", .mon = 1, .day = 4, .want = "2020 given" },
		{ .name = "maillog.1",
		    .mon = 12,
		    .day = 28,
		    .want = "2020 given" } } },
	{ "a queue ID before the times", 0,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.qid = 2023,
		.gzip = "2026-11-29",
		.mtime = "2026-11-29",
		.want = "2023 qid" } } },
	{ "a dated line in a neighbour", 0,
	    { { .name = "mail.log",
		  .mon = 1,
		  .day = 4,
		  .mtime = "2030-01-01",
		  .want = "2024 dated" },
		{ .name = "mail.log.1",
		    .mon = 12,
		    .day = 28,
		    .line = 2023,
		    .want = "2023 dated" },
		{ .name = "mail.log.2",
		    .mon = 12,
		    .day = 21,
		    .want = "2023 dated" } } },
	{ "counted back over New Year", 0,
	    { { .name = "mail.log",
		  .mon = 1,
		  .day = 4,
		  .qid = 2024,
		  .want = "2024 qid" },
		{ .name = "mail.log.1",
		    .mon = 12,
		    .day = 28,
		    .want = "2023 qid" },
		{ .name = "mail.log.2",
		    .mon = 12,
		    .day = 21,
		    .want = "2023 qid" } } },
	{ "a week back is no new year", 0,
	    { { .name = "mail.log", .mon = 9, .day = 3, .want = "2024 dated" },
		{ .name = "mail.log.1",
		    .mon = 9,
		    .day = 10,
		    .line = 2024,
		    .want = "2024 dated" } } },
	{ "files that date themselves", 0,
	    { { .name = "mail.log",
		  .mon = 9,
		  .day = 1,
		  .qid = 2026,
		  .want = "2026 qid" },
		{ .name = "mail.log.1",
		    .mon = 8,
		    .day = 1,
		    .line = 2022,
		    .want = "2022 dated" } } },
	{ "a day at the end of the name", 0,
	    { { .name = "maillog-20240107",
		  .mon = 1,
		  .day = 1,
		  .want = "2024 qid" },
		{ .name = "maillog-20231231",
		    .mon = 12,
		    .day = 24,
		    .qid = 2023,
		    .want = "2023 qid" } } },
	{ "a file of dated lines alone says nothing", 0,
	    { { .name = "mail.log",
		  .mon = 9,
		  .day = 1,
		  .mtime = "2026-11-29",
		  .want = "2026 mtime" },
		{ .name = "mail.log.1", .line = 2019, .want = "none" } } },
	{ "one name on two hosts is two sets", 2020,
	    { { .name = "mail.log",
		  .host = "a",
		  .mon = 12,
		  .day = 28,
		  .want = "2020 given" },
		{ .name = "mail.log",
		    .host = "b",
		    .mon = 1,
		    .day = 4,
		    .want = "2020 given" } } },
	{ "a zone by twenty IDs", 0,
	    { { .name = "mail.log",
		  .mon = 9,
		  .day = 1,
		  .nids = 11,
		  .east = 7200,
		  .mtime = "2026-11-29",
		  .want = "2026 mtime +7200" },
		{ .name = "mail.log.1",
		    .mon = 8,
		    .day = 1,
		    .nids = 9,
		    .east = 7200,
		    .mtime = "2026-11-29",
		    .want = "2026 mtime +7200" } } },
	{ "nineteen", 0,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.nids = 19,
		.east = 7200,
		.mtime = "2026-11-29",
		.want = "2026 mtime" } } },
	{ "not all of them", 0,
	    { { .name = "mail.log",
		.mon = 9,
		.day = 1,
		.nids = 40,
		.east = 7200,
		.differ = true,
		.mtime = "2026-11-29",
		.want = "2026 mtime" } } },
	{ "files that differ", 0,
	    { { .name = "mail.log",
		  .mon = 9,
		  .day = 1,
		  .nids = 40,
		  .east = 7200,
		  .mtime = "2026-11-29",
		  .want = "2026 mtime" },
		{ .name = "mail.log.1",
		    .mon = 3,
		    .day = 1,
		    .nids = 40,
		    .east = 3600,
		    .mtime = "2026-11-29",
		    .want = "2026 mtime" } } },
};

static int64_t
day(const char *text)
{
	int64_t sec;
	unsigned int digits;
	uint32_t nsec;
	char full[40];

	snprintf(full, sizeof(full), "%sT12:00:00Z", text);
	assert_true(caltime_parse(slice_cstr(full), &sec, &nsec, &digits));
	return sec;
}

static void
fill(struct feed *f, const struct said *s)
{
	struct survey *v = &f->survey;

	*f = (struct feed){ .name = { 0 } };
	buf_init(&f->name, 256);
	buf_init(&f->host, 256);
	(void)buf_add(&f->name, slice_cstr(s->name));
	(void)buf_add(&f->host, slice_cstr(s->host == NULL ? "mx" : s->host));
	v->readable = true;
	v->bsd = v->local = s->mon != 0;
	v->mon = s->mon;
	v->day = s->day;
	v->last = s->last_mon != 0 ? (s->last_mon - 1) * 31 + s->last_day :
	    s->mon != 0		   ? (s->mon - 1) * 31 + s->day :
				     0;
	v->wraps = s->wraps;
	v->by_qid = s->qid != 0;
	v->has_dated = s->mon != 0 && (s->line != 0 || s->qid != 0);
	v->year = s->qid != 0 ? s->qid : s->line;
	v->has_gzip = s->gzip != NULL;
	v->gzip_mtime = s->gzip != NULL ? day(s->gzip) : 0;
	v->has_mtime = s->mtime != NULL;
	v->mtime = s->mtime != NULL ? day(s->mtime) : 0;
	v->nids = s->nids;
	v->ids_agree = !s->differ;
	v->east = s->east;
}

static void
is_decided(const struct feed *f, const char *want, const char *name)
{
	static const char *const why[] = { "none", " given", " dated", " qid",
		" gzip", " mtime" };
	char got[64], zone[24] = "";

	if (f->clock.inferred)
		snprintf(zone, sizeof(zone), " %+d", (int)f->clock.east);
	if (f->clock.from == CLOCK_YEAR_NONE)
		snprintf(got, sizeof(got), "none%s", zone);
	else
		snprintf(got, sizeof(got), "%d%s%s", f->clock.year,
		    why[f->clock.from], zone);
	if (strcmp(got, want) != 0)
		print_error("case \"%s\", %.*s:\n got  %s\n want %s\n", name,
		    (int)f->name.len, (const char *)f->name.ptr, got, want);
	assert_string_equal(got, want);
}

/* In whatever order they are given. */
static void
decided(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (size_t turn = 0; turn < FILES; turn++) {
			struct feed f[FILES];
			struct opt opt = { .year = table[i].year };
			size_t n = 0, of[FILES];

			while (n < FILES && table[i].file[n].name != NULL)
				n++;
			for (size_t k = 0; k < n; k++) {
				of[k] = (k + turn) % n;
				fill(&f[k], &table[i].file[of[k]]);
			}
			years_decide(f, n, &opt);
			for (size_t k = 0; k < n; k++) {
				is_decided(&f[k], table[i].file[of[k]].want,
				    table[i].name);
				buf_free(&f[k].name);
				buf_free(&f[k].host);
			}
		}
}

/* Without neighbours, and what is then to be said. */
static void
alone(void **state)
{
	struct said said = {
		.name = "x", .mon = 9, .day = 1, .gzip = "2024-09-08"
	};
	struct opt opt = { .year = 0 };
	struct feed f;

	(void)state;
	fill(&f, &said);
	years_alone(&f, &opt);
	is_decided(&f, "2024 gzip", "alone");
	assert_true(years_assumed(&f, &opt));
	assert_false(years_yearless(&f));
	f.survey.has_gzip = false;
	years_alone(&f, &opt);
	is_decided(&f, "none", "alone, without any");
	assert_true(years_yearless(&f));
	f.survey.nids = 20;
	f.survey.east = -3600;
	years_alone(&f, &opt);
	is_decided(&f, "none -3600", "alone, with IDs");
	assert_false(years_assumed(&f, &opt));
	buf_free(&f.name);
	buf_free(&f.host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decided),
		cmocka_unit_test(alone),
	};

	msg_quiet(1);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
