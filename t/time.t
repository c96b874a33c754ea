#!/usr/bin/perl

# Times: the year and the zone of stamps that have none, what the notes say,
# and that no date is made up.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use POSIX ();
use Test::More;
use Mx qw(:DEFAULT long_id);

my $js = JSON::PP->new->utf8;
my $dir = dir();

$ENV{TZ} = 'UTC';
POSIX::tzset();

sub rec {
	my ($stamp, $qid) = @_;

	return "$stamp mx postfix/pickup[3]: " . ($qid // '1E24014020A') .
	    ": uid=0 from=<a>\n";
}

# A file with that modification time.
sub file {
	my ($name, $when, @text) = @_;
	my $path = put("$dir/$name", @text);
	my @t = reverse $when =~ /(\d+)/g;

	$t[-1] -= 1900;
	$t[-2]--;
	unshift @t, 0 while @t < 6;
	my $sec = POSIX::mktime(@t);
	utime $sec, $sec, $path;
	return $path;
}

my $last;	# of run
# The times of the messages, and their notes.
sub times_of {
	$last = run('mxtrace', '--no-hash', @_);

	return join ' ', map { $_->{time} // ('-' . ($_->{stamp} // '')) }
	    grep { $_->{type} eq 'message' } records($last->{out});
}

sub records { return map { $js->decode($_) } split /\n/, $_[0] }

sub notes {
	my %n;

	$n{$_->{time_note} // ''} = 1 for grep { $_->{type} eq 'message' }
	    records($last->{out});
	return join ' | ', sort keys %n;
}

sub loud {
	my ($re) = @_;

	return scalar grep { /$re/ } @{$last->{errs}};
}

# A long queue ID made at that second.
sub id_at {
	my ($sec, $n) = @_;

	return long_id($sec, $n, 1311234 + $n);
}

sub bsd {
	my ($sec) = @_;
	my @m = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	my @t = gmtime $sec;

	return sprintf '%s %2d %02d:%02d:%02d', $m[$t[4]], @t[3, 2, 1, 0];
}

subtest '--year' => sub {
	my $f = file('y.log', '2021-01-01', rec('Dec 31 23:59:59'), rec('Jan  1 00:00:01'));
	my $new_year = $f;

	is(times_of('-y', 2024, $f), '2024-12-31T23:59:59Z 2025-01-01T00:00:01Z',
	    'counted on over New Year');
	is(notes(), 'year-given zone-assumed', 'its note');
	is(times_of('-y', 2024, '-z', 'UTC', file('l.log', '2021-01-01',
	    rec('Feb 29 10:00:00'))), '2024-02-29T10:00:00Z', 'a leap day');
	is(notes(), 'year-given', 'a zone given is no assumption');
	is(times_of('-y', 2025, "$dir/l.log"), '-Feb 29 10:00:00',
	    'no leap day in 2025: no time, but the stamp');
	unlike($last->{out}, qr/"trace":"[^"]*01-01T00/, 'and no date in its trace');
	is(notes(), 'no-such-day', 'and its note says why');
	$f = file('l.log', '2021-01-01', rec('Feb 28 10:00:00', '1E24014020B'), rec('Feb 29 10:00:00'), rec('Mar  1 10:00:00', '1E24014020C'));
	for my $year (2025, 2024) {
		my @o = ('-q', '--no-hash', '-y', $year, '-z', 'UTC');
		my $one = run('mxtrace', @o, $f)->{out};
		is(without(run('mxtrace', '-', { in => run('mxlog', @o, $f)->{out} })->{out}, 'source'), without($one, 'source'), "in $year, mxlog | mxtrace");
		is(without(run('mxtrace', put("$dir/l.piece", run('mxtrace', @o, '--partial', $f)->{out}))->{out}, 'source'), without($one, 'source'), "in $year, by way of a piece");
	}
	is(times_of('-y', 2024, file('late.log', '2021-01-01', rec('Jan  1 00:00:01'),
	    rec('Dec 31 23:59:59'), rec('Jan  1 00:00:02'))),
	    '2024-01-01T00:00:01Z 2023-12-31T23:59:59Z 2024-01-01T00:00:02Z',
	    'a late line of the year before');
	is(run('mxtrace', '-y', 'x', $new_year)->{status}, 2, 'not a year');
};

subtest 'modification time' => sub {
	is(times_of(file('m.log', '2025-01-05', rec('Sep  1 10:00:00'))),
	    '2024-09-01T10:00:00Z', 'the year before');
	is(notes(), 'year-inferred year-from-mtime zone-assumed', 'its note');
	is(times_of(file('m.log', '2025-09-01-10-00-00', rec('Sep  1 10:00:00'))),
	    '2025-09-01T10:00:00Z', 'the same second');
	is(times_of(file('m.log', '2025-09-01-01-00-00', rec('Sep  1 10:00:00'))),
	    '2025-09-01T10:00:00Z', 'nine hours ahead: another zone');
	is(times_of(file('m.log', '2025-08-29-10-00-00', rec('Sep  1 10:00:00'))),
	    '2024-09-01T10:00:00Z', 'three days ahead');
	is(times_of(file('m.log', '2026-01-05', rec('Feb 29 10:00:00'))),
	    '2024-02-29T10:00:00Z', 'the latest leap day');
	is(times_of(file('m.log', '2026-01-05', rec('Dec 31 23:59:59'), rec('Jan  1 00:00:01'))),
	    '2025-12-31T23:59:59Z 2026-01-01T00:00:01Z', 'over New Year');
	is(times_of(file('w.log', '2026-12-05', rec('Nov  1 00:00:01'), rec('Jan  1 00:00:00'),
	    rec('Dec  1 00:00:00'))),
	    '2025-11-01T00:00:01Z 2026-01-01T00:00:00Z 2026-12-01T00:00:00Z',
	    'more than a year in a small file');
	my $two = join '', map { my $m = $_; map { rec(sprintf '%s %2d 10:00:00', $m, $_) } 1 .. 28 }
	    qw(Nov Dec Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	like(times_of(file('w.log', '2026-12-29', $two)),
	    qr/^2025-11-01T10:00:00Z .* 2026-12-28T10:00:00Z$/, 'fourteen months');
	unlink "$dir/w.log.gz";
	sh('gzip', '-n', "$dir/w.log");
	my $t = times_of("$dir/w.log.gz");
	ok($t =~ /^2025-11-01T10:00:00Z .* 2026-12-28T10:00:00Z$/ || $t !~ /2026-11-01/ ||
	    $t =~ /^-/, 'fourteen months in gzip: right or not at all') or
	    diag(substr $t, 0, 100);
};

# Of a large file places all over it are looked at, in every framing.
subtest 'large files' => sub {
	my @way = ([ 'syslog', '%s ' ], [ 'a priority', '<22>%s ' ], [ 'CRLF', '%s ', "\r" ],
	    [ 'a prefix of its own', 'relay|%s|', '', '--prefix', '^relay\|(?<stamp>[^|]*)\|(?<host>\S+) (?<tag>[^\[]+)\[(?<pid>\d+)\]: ' ]);
	my $many = 256 * 1024 / 60;
	# From the last of November to the third of January.
	my ($first, $step) = (1764500000, 34 * 86400 / $many);

	for my $x (@way) {
		my ($name, $form, $end, @opt) = @$x;
		my $line = sub {
			return sprintf "${form}mx postfix/pickup[3]: %05X14020A: uid=0 from=<a\@example.org>%s\n",
			    bsd($first + int($_[0] * $step)), $_[0], $end // '';
		};
		my $f = file('large.log', '2026-01-04', map { $line->($_) } 0 .. $many);
		cmp_ok(-s $f, '>', 256 * 1024, "$name: large");
		like(times_of(@opt, '-z', 'UTC', $f), qr/^2025-11-30T10:53:20Z .* 2026-01-03T[\d:]+Z$/, "$name: over New Year");
		is(times_of(@opt, '-z', 'UTC', file('large.log', '2024-12-31', map { $line->($_) } 0, 1)),
		    '2024-11-30T10:53:20Z 2024-11-30T11:04:32Z', "$name: small, and another year");
	}
	unlink "$dir/large.log";
};

# A copy is as young as the copying; logrotate's dateext and dateformat,
# rsyslog's dynamic names, savelog.
subtest 'a date in the name' => sub {
	my $named = sub {
		my ($name, $mtime, $day) = @_;
		my $f = file($name, $mtime, rec("$day 10:00:00"));
		my $t = times_of($f);

		unlink $f;
		return $t;
	};
	for my $name (qw(m.log-20250302 m-20250302.log m.log.20250302 m.log-2025-03-02
	    m_2025_03_02.log m.log.2025.03.02 m.log-2025030206 m.log-20250302-0625
	    m.log.20250302T062500 m.log-2025-03-02_06:25 m.log-20250302.1 m.log-1740898800
	    m.log-202503 m-2025-03.log)) {
		is($named->($name, '2026-11-29', 'Feb 23'), '2025-02-23T10:00:00Z', $name);
		is(notes(), 'year-inferred year-from-file-name zone-assumed', "$name: its note");
		is($named->($name, '2026-11-29', 'Mar 31'), '2025-03-31T10:00:00Z',
		    "$name: the month that it names");
		is($named->($name, '2026-11-29', 'May  1'), '2024-05-01T10:00:00Z',
		    "$name: not two months later");
		is($named->($name, '2024-03-05', 'Mar  1'), '2024-03-01T10:00:00Z',
		    "$name: older than its name");
		is(notes(), 'year-inferred year-from-mtime zone-assumed', "$name: by its age");
	}
	for my $name (qw(m.log m.log.2 m.log-20259999 m.log-20250302T m.log-20250302.T1 m.log-174089880 m-192.0.2.25.log m.log.20250302.old
	    m.log-2025 m-2025-03-02-a.log m.log-2025w09 m.log-02032025)) {
		is($named->($name, '2026-11-29', 'Feb 23'), '2026-02-23T10:00:00Z', "$name: no date");
	}
	# Rotated on 1 January, and a day later.
	my @dec = (rec('Dec 25 10:00:00'), rec('Dec 31 23:59:00'));
	is(times_of(file('n.log-20260101', '2026-11-29', @dec)), '2025-12-25T10:00:00Z 2025-12-31T23:59:00Z', 'on 1 January: December');
	is(times_of(file('n.log-20260101', '2026-11-29', @dec, rec('Jan  1 00:00:30'))),
	    '2025-12-25T10:00:00Z 2025-12-31T23:59:00Z 2026-01-01T00:00:30Z', 'and the first seconds of the year');
	is(times_of(file('n.log-20290101', '2026-11-29', rec('Mar  1 10:00:00'))), '2026-03-01T10:00:00Z', 'a name of the future');
	# The number of a case, or what a host is called.
	is(times_of(file('case-20250302.log', '2026-11-29', rec('Sep  1 10:00:00'), rec('Nov 28 10:00:00'))),
	    '2026-09-01T10:00:00Z 2026-11-28T10:00:00Z', 'a log that is written to, far from its name');
	is(notes(), 'year-inferred year-from-mtime zone-assumed', 'its note');
	my $long = file('case-20250302.log', '2026-11-29', ("Sep  1 10:00:00 mx cron[4]: (root) CMD (true)\n") x 8000, rec('Sep  1 10:00:00'), rec('Nov 28 10:00:00', '1E24014020B'));
	cmp_ok(-s $long, '>', 300_000, 'a long one');
	is(times_of($long), '2026-09-01T10:00:00Z 2026-11-28T10:00:00Z', 'whose last line alone is late');
	is(times_of(file('case-20250302.log', '2026-03-02', rec('Mar  1 10:00:00'))),
	    '2025-03-01T10:00:00Z', 'near its name: a copy, though on that day');
	mkdir "$dir/case-20250302";
	is(times_of(file('case-20250302/mail.log', '2026-11-29', rec('Feb 23 10:00:00'))), '2026-02-23T10:00:00Z', 'a directory is not the name');
	# Rotated by number, once; what the files of its set say is counted from.
	is(times_of(file('v.log-20260907', '2026-11-29', rec('Sep  1 10:00:00')),
	    file('v.log', '2026-11-20', rec('Dec 24 10:00:00'))),
	    '2025-12-24T10:00:00Z 2026-09-01T10:00:00Z', 'none follows into the future');
	my @mixed = (file('x.log-20250907', '2026-11-29', rec('Sep  1 10:00:00')),
	    file('x.log.1', '2026-11-29', rec('Dec 24 10:00:00')));
	is(times_of(@mixed, file('x.log', '2026-11-29', rec('Sep  8 10:00:00', id_at(POSIX::mktime(0, 0, 10, 8, 8, 125), 1)))),
	    '2024-12-24T10:00:00Z 2025-09-01T10:00:00Z 2025-09-08T10:00:00Z', 'an old one between them');
	is(notes(), 'year-inferred year-from-file-name zone-assumed | year-inferred year-from-queue-id zone-assumed', 'the name mends the count');
	is(times_of(file('y.log-20230305', '2026-11-29', rec('Mar  1 10:00:00')),
	    file('y.log-20250907', '2026-11-29', rec('Sep  1 10:00:00', id_at(POSIX::mktime(0, 0, 10, 1, 8, 125), 1)))),
	    '2023-03-01T10:00:00Z 2025-09-01T10:00:00Z', 'years are missing between them');
	is(times_of(file('y.log-20230305', '2026-11-29', rec('May  1 10:00:00')),
	    file('y.log-20250907', '2026-11-29', rec('Sep  1 10:00:00', id_at(POSIX::mktime(0, 0, 10, 1, 8, 125), 1)))),
	    '2025-05-01T10:00:00Z 2025-09-01T10:00:00Z', 'a name far from the lines mends nothing');
	is(times_of(file('z.log-20230305', '2026-11-29', rec('Mar  1 10:00:00', id_at(POSIX::mktime(0, 0, 10, 1, 2, 124), 1)))),
	    '2024-03-01T10:00:00Z', 'a queue ID knows better than the name');
	# 01082025 is no order: the second is not of the year after.
	is(times_of(file('d.log-01092025', '2026-11-29', rec('Aug 31 10:00:00', id_at(POSIX::mktime(0, 0, 10, 31, 7, 125), 1))),
	    file('d.log-08082025', '2025-08-09', rec('Aug  7 10:00:00'))),
	    '2025-08-07T10:00:00Z 2025-08-31T10:00:00Z', 'day, month, year');
	# In a bundle each has its name, though it be the only one.
	file('b.log-20250302', '2026-11-29', rec('Feb 23 10:00:00'));
	file('b.log-20250309', '2026-11-29', rec('Mar  3 10:00:00', '1E24014020B'));
	file('b.log', '2026-03-02', rec('Feb 23 10:00:00'));
	for my $c ([ 'b.log-20250302', '2025-02-23T10:00:00Z', 'file-name' ], [ 'b.log', '2026-02-23T10:00:00Z', 'gzip-header' ],
	    [ 'b.log-20250302 b.log-20250309', '2025-02-23T10:00:00Z 2025-03-03T10:00:00Z', 'file-name' ]) {
		sh('tar', '-C', $dir, '-cf', "$dir/b.tar", split / /, $c->[0]);
		is(times_of("$dir/b.tar"), $c->[1], "tar of $c->[0]");
		is(notes(), "year-inferred year-from-$c->[2] zone-assumed", 'its note');
	}
	my @old = map { file(@$_) } [ 'f.log-20241229', '2026-11-29', rec('Dec 23 10:00:00') ],
	    [ 'f.log-20250105', '2026-11-29', rec('Dec 30 10:00:00') . rec('Jan  4 10:00:00') ];
	is(times_of(@old, file('f.log', '2026-11-29', rec('Jan  6 10:00:00'))),
	    '2024-12-23T10:00:00Z 2024-12-30T10:00:00Z 2025-01-04T10:00:00Z 2025-01-06T10:00:00Z',
	    'the log that follows');
	is(times_of(@old, file('f.log', '2026-01-07', rec('Jan  6 10:00:00'))),
	    '2024-12-23T10:00:00Z 2024-12-30T10:00:00Z 2025-01-04T10:00:00Z 2026-01-06T10:00:00Z',
	    'but one that was written to then does not');
};

subtest 'the only line is not ended' => sub {
	my $f = file('cut.log', '2021-09-02', rec('Sep  1 10:00:00') =~ s/\n\z//r);

	is(times_of($f), '2021-09-01T10:00:00Z', 'it has its year');
	sh('gzip', '-f', $f);
	is(times_of("$f.gz"), '2021-09-01T10:00:00Z', 'compressed, too');
	file('half.log', '2021-09-02', 'Sep  1 10:0');
	is(times_of("$dir/half.log"), '', 'half a stamp is none');
};

subtest 'gzip, dated lines, queue IDs' => sub {
	file('g.log', '2021-09-02', rec('Sep  1 10:00:00'));
	sh('gzip', '-f', "$dir/g.log");
	utime 1757000000, 1757000000, "$dir/g.log.gz";
	is(times_of("$dir/g.log.gz"), '2021-09-01T10:00:00Z', 'gzip header');
	is(notes(), 'year-inferred year-from-gzip-header zone-assumed', 'its note');
	file('n.log', '2021-09-02', rec('Sep  1 10:00:00'));
	sh('gzip', '-nf', "$dir/n.log");
	utime 1757000000, 1757000000, "$dir/n.log.gz";
	is(times_of("$dir/n.log.gz"), '2025-09-01T10:00:00Z',
	    'a gzip header without time says nothing');

	is(times_of(file('d.log', '2026-01-05', rec('Dec 31 23:59:59'),
	    rec('2024-01-01T00:00:00+00:00'), rec('Jan  1 00:00:01'))),
	    '2023-12-31T23:59:59Z 2024-01-01T00:00:00Z 2024-01-01T00:00:01Z',
	    'a dated line behind');
	is(notes(), ' | year-inferred year-from-dated-line zone-assumed', 'its note');
	is(times_of(file('d.log', '2026-01-05', rec('2023-12-31T23:59:00Z'),
	    rec('Jan  1 00:00:01'))), '2023-12-31T23:59:00Z 2024-01-01T00:00:01Z',
	    'a dated line before');
	my $qid = id_at(1735689600, 1);
	is(times_of(file('q.log', '2030-01-05', rec('Dec 31 23:59:59'),
	    rec('Jan  1 00:00:00', $qid))),
	    '2024-12-31T23:59:59Z 2025-01-01T00:00:00Z', 'a long queue ID');
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'its note');
	# A dated line of another program, not of Postfix, counts, a date in
	# the text of a line does not.
	is(times_of(file('t.log', '2025-09-02', rec('Sep  1 10:00:00'),
	    "Sep  1 10:00:01 mx app[5]: 2019-09-01T10:00:01Z hello\n")),
	    '2025-09-01T10:00:00Z', 'a date in the text of a line');
};

subtest 'sets' => sub {
	my @set = (file('mail.log.2', '2024-01-06', rec('Nov  1 00:00:01')),
	    file('mail.log.1', '2024-01-06', rec('Dec 20 00:00:01')),
	    file('mail.log', '2024-01-06', rec('Jan  5 00:00:01')));
	my $want = '2023-11-01T00:00:01Z 2023-12-20T00:00:01Z 2024-01-05T00:00:01Z';

	is(times_of(@set), $want, 'mail.log.2 mail.log.1 mail.log');
	is(times_of(reverse @set), $want, 'in any order');
	is(times_of('-y', 2023, reverse @set), $want, '--year is that of the oldest');
	unlink "$dir/mail.log.2.gz";
	sh('gzip', '-n', $set[0]);
	utime 1704500000, 1704500000, "$set[0].gz";
	$set[0] .= '.gz';
	is(times_of(@set), $want, 'the oldest in gzip');
	file('mail.log', '2030-01-06', rec('Jan  5 00:00:01', id_at(1704412801, 1)));
	is(times_of(@set), $want, 'a queue ID in one is the year of all');
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'and says so');
	my @dates = (file('maillog-20231105', '2030-01-06', rec('Nov  1 00:00:01')),
	    file('maillog-20231224', '2030-01-06', rec('Dec 20 00:00:01')),
	    file('maillog', '2030-01-06', rec('Jan  5 00:00:01', id_at(1704412801, 1))));
	is(times_of(@dates), $want, 'names by date');
	# Another set's queue ID is none of its business.
	is(times_of($set[2], file('other.log', '2026-02-01', rec('Jan  6 00:00:01'))),
	    '2024-01-05T00:00:01Z 2026-01-06T00:00:01Z', 'two sets');
};

subtest 'nothing tells' => sub {
	my $log = "$dir/pipe.log";
	put($log, rec('Sep  1 10:00:00', '0000A14020A'), rec('Sep  1 09:00:00', '0000B14020A'),
	    rec('Sep  1 11:00:00', '0000C14020A'));
	$last = sh('sh', '-c', "cat '$log' | '" . tool_path('mxtrace') . "' -");
	my @m = grep { $_->{type} eq 'message' } records($last->{out});
	is(join(' ', map { $_->{time} // '-' } @m), '- - -', 'no time');
	is(join('|', map { $_->{stamp} } @m),
	    'Sep  1 10:00:00|Sep  1 09:00:00|Sep  1 11:00:00', 'the stamps');
	is(join(' ', map { $_->{qid} } @m), '0000A14020A 0000B14020A 0000C14020A',
	    'the order');
	is(scalar(grep { /--year/ } split /\n/, $last->{err}), 1, 'one line asks for --year');
	is($last->{status}, 0, 'and that is no failure');
	unlike($last->{out}, qr/"(?:time|end)":/, 'no time anywhere');
	unlike($last->{out}, qr/20\d\d-|19\d\d-/, 'no date is made up');
	$last = sh('sh', '-c', "cat '$log' | '" . tool_path('mxtrace') . "' -y 2020 -");
	like($last->{out}, qr/2020-09-01T10:00:00Z/, 'with --year');
};

subtest 'zones' => sub {
	my $f = file('z.log', '2026-12-01', rec('Jul  1 12:00:00'), rec('Nov 15 12:00:00'));

	is(times_of('-y', 2026, $f), '2026-07-01T12:00:00Z 2026-11-15T12:00:00Z', 'none');
	is(loud(qr/zone/), 1, 'one line says that UTC is assumed');
	is(times_of('-y', 2026, '-z', 'Europe/Berlin', $f),
	    '2026-07-01T10:00:00Z 2026-11-15T11:00:00Z', 'Europe/Berlin');
	is(loud(qr/zone/), 0, 'nothing is assumed');
	is(notes(), 'year-given', 'no note of the zone');
	is(times_of('-y', 2026, '-z', '+02:00', $f), '2026-07-01T10:00:00Z 2026-11-15T10:00:00Z', '+02:00');
	is(run('mxtrace', '-z', 'Mars/Base', $f)->{status}, 2, 'no such zone');

	# The hour that is shown twice: 25 October 2026, 03:00 is 02:00 again.
	my @fall = ('01:59:59', '02:00:00', '02:30:00', '02:59:59', '02:00:00',
	    '02:30:00', '02:59:59', '03:00:00');
	is(times_of('-y', 2026, '-z', 'Europe/Berlin', file('f.log', '2026-12-01',
	    map { rec("Oct 25 $fall[$_]", "0000${_}14020A") } 0 .. $#fall)),
	    join(' ', map { "2026-10-${_}Z" } qw(24T23:59:59 25T00:00:00 25T00:30:00
	    25T00:59:59 25T01:00:00 25T01:30:00 25T01:59:59 25T02:00:00)),
	    'the hour that comes twice');
	is(notes(), 'year-given | year-given dst-ambiguous', 'its note');
	my @n = map { $_->{time_note} } grep { $_->{type} eq 'message' } records($last->{out});
	is("$n[0] $n[-1]", 'year-given year-given', 'the hours beside it are not ambiguous');
	# The hour that there is not: 29 March 2026.
	my $t = times_of('-y', 2026, '-z', 'Europe/Berlin', file('s.log', '2026-12-01',
	    rec('Mar 29 01:59:59'), rec('Mar 29 02:30:00'), rec('Mar 29 03:00:00')));
	like($t, qr/^2026-03-29T00:59:59Z .* 2026-03-29T01:00:00Z$/, 'round the hour that is skipped');
	like(notes(), qr/dst-ambiguous/, 'its note');
	# Dated local stamps need the zone, too.
	is(times_of('-z', 'Europe/Berlin', file('o.log', '2026-12-01',
	    "Tue 2026-09-01 10:04:05 CEST mx postfix/pickup[3]: 1E24014020A: uid=0 from=<a>\n")),
	    '2026-09-01T08:04:05Z', 'short-full');
};

subtest 'zone by queue IDs' => sub {
	my $ids = sub {
		my ($n, $east, $from) = @_;
		return map { my $t = ($from // 1788257045) + $_ * 60;
		    rec(bsd($t + $east), id_at($t, $_)) } 1 .. $n;
	};
	is((split / /, times_of(file('i.log', '2026-12-01', $ids->(20, 7200))))[0],
	    '2026-09-01T10:05:05Z', 'twenty agree');
	is(notes(), 'year-inferred year-from-queue-id zone-inferred', 'the note');
	is(loud(qr/ASSUMED/), 0, 'nothing is assumed');
	is((split / /, times_of(file('i.log', '2026-12-01', $ids->(19, 7200))))[0],
	    '2026-09-01T12:05:05Z', 'nineteen are not enough');
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'the note');
	is(loud(qr/ASSUMED/), 1, 'it is said');
	times_of(file('i.log', '2026-12-01', $ids->(20, 7200), $ids->(1, 3600, 1788267045)));
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'one disagrees');
	is((split / /, times_of(file('i.log', '2026-12-01', $ids->(20, -12600))))[0],
	    '2026-09-01T10:05:05Z', 'three hours and a half west');
	is((split / /, times_of('-z', '+01:00', file('i.log', '2026-12-01', $ids->(20, 7200))))[0],
	    '2026-09-01T11:05:05Z', '-z goes first');
	# IDs on lines long after they were made tell nothing.
	my @old = map { rec(bsd(1788257045 + 86400 + $_ * 60), id_at(1788257045 - $_ * 7000, $_)) } 1 .. 25;
	s/pickup\[3\]: (\S+): .*/qmgr[1]: $1: removed/ for @old;
	times_of(file('i.log', '2026-12-01', @old));
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'removals do not count');
};

subtest 'containers' => sub {
	my $inner = 'Sep 01 10:04:05 mx postfix/pickup[3]: 1E24014020A: uid=0 from=<a>';

	for my $c ([ 'docker', qq({"log":"$inner\\n","stream":"stdout","time":"2024-09-01T08:04:05.250000001Z"}\n) =~ s/<a>/\\u003ca\\u003e/r ],
	    [ 'CRI', "2024-09-01T08:04:05.250000001Z stdout F $inner\n" ],
	    [ 'CRI with an offset', "2024-09-01T10:04:05.250000001+02:00 stdout F $inner\n" ]) {
		is(times_of(file('c.log', '2030-01-01', $c->[1])), '2024-09-01T08:04:05Z', $c->[0]);
		is(notes(), 'year-inferred year-from-dated-line zone-inferred', "$c->[0]: its note");
		is(loud(qr/zone|year/), 0, "$c->[0]: nothing to say");
	}
	is(times_of(file('c.log', '2030-01-01', "2025-01-01T00:00:10.25Z stdout F Dec 31 23:59:59 mx postfix/pickup[3]: 1E24014020A: uid=0 from=<a>\n")),
	    '2024-12-31T23:59:59Z', 'over New Year');
};

subtest 'jumps' => sub {
	my $t = times_of('-y', 2026, '-z', 'UTC', file('j.log', '2026-12-01',
	    map { rec("Sep  1 10:$_->[0]", $_->[1]) } [ '10:00', '0000A14020A' ],
	    [ '09:55', '0000B14020A' ], [ '09:40', '0000C14020A' ], [ '10:01', '0000D14020A' ]));
	my @n = map { $_->{time_note} } grep { $_->{type} eq 'message' } records($last->{out});
	is(join('|', @n), 'year-given|year-given|year-given clock-jump|year-given',
	    'back by more than ten seconds');
	is($t, join(' ', map { "2026-09-01T10:${_}Z" } qw(10:00 09:55 09:40 10:01)),
	    'every line keeps its own time');
};

subtest 'other settings of the host' => sub {
	my $f = file('h.log', '2026-12-01', slurp('samples/lab/hops.log'), rec('Nov 27 02:30:00'));
	my $want = run('mxtrace', '-e', $f);

	for my $env ({ TZ => 'Asia/Tokyo' }, { TZ => 'America/St_Johns', LC_ALL => 'de_DE.UTF-8' },
	    { TZ => ':/nowhere', LC_ALL => 'tr_TR.UTF-8', LANG => 'C' }, { TZ => undef, LC_ALL => undef }) {
		my $r = run('mxtrace', '-e', $f, { env => $env });
		ok($r->{out} eq $want->{out}, join ' ', map { "$_=" . ($env->{$_} // '') } sort keys %$env);
	}
};

done_testing();
