#!/usr/bin/perl

# The same evidence gives the same bytes, whatever the machine, the locale,
# the order of the arguments, and whether it comes by file or by pipe.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

# What reads logs and records; mxcarve and mxqueue read raw bytes and queue files.
my @tools = grep { !/^mx(?:carve|queue)$/ } tools();
plan skip_all => 'no tools are built' unless @tools;
my %have = map { $_ => 1 } @tools;

# A rotated set: the middle of a message lies in the older file.
my $dir = dir();
my @line = map { $_ . "\n" } split /\n/, big_log(3000);
my $a = int(@line / 3);
my $b = 2 * $a + 2;
put("$dir/mail.log.2", @line[0 .. $a]);
put("$dir/mail.log.1", @line[$a + 1 .. $b]);
put("$dir/mail.log", @line[$b + 1 .. $#line]);
system("gzip -nq $dir/mail.log.2") == 0 or die "gzip failed\n";
put("$dir/whole.log", @line);
my $when = 1788300000;		# 2026-09-01 22:00:00 UTC
utime $when + 60, $when + 60, "$dir/mail.log";
utime $when, $when, $_ for "$dir/mail.log.1", "$dir/mail.log.2.gz",
    "$dir/whole.log";
my @set = map { "$dir/$_" } 'mail.log', 'mail.log.1', 'mail.log.2.gz';
my @time = ('--year', '2026', '-z', 'Europe/Berlin');
my %args = map { $_ => [] } @tools;
$args{mxgrep} = ['-m', 'type=delivery'];
$args{mxtls} = ['-p', 'strict', '-a'];
# The page names its sources and arguments; what it found is a table.
$args{mxreport} = ['-p', 'strict', '-o', 'csv', '--rows', 100000, '--table',
    'violations'];

# A locale in which i, I and the decimal point are other things.
my $locale = dir();
system("localedef -i tr_TR -f UTF-8 $locale/tr_TR.UTF-8 >/dev/null 2>&1");
my $turkish = -e "$locale/tr_TR.UTF-8/LC_CTYPE";

# Equal, or where they begin to differ.
sub same {
	my ($got, $want, $name) = @_;

	return if ok($got eq $want, $name);
	my @a = split /\n/, $got;
	my @b = split /\n/, $want;
	my $i = 0;

	$i++ while $i < @a && $i < @b && $a[$i] eq $b[$i];
	diag(scalar(@a) . ' and ' . scalar(@b) . ' lines, line ' . ($i + 1)
	    . ":\n" . ($a[$i] // '(none)') . "\n" . ($b[$i] // '(none)'));
}

sub out {
	my ($r) = @_;

	return without($r->{out}, 'source');
}

for my $tool (@tools) {
	my @a = (@{$args{$tool}}, @time);

	subtest $tool => sub {
		my $r = run($tool, @a, @set);
		my $want = out($r);

		is($r->{status}, $tool =~ /^mx(?:tls|report)$/ ? 1 : 0, 'reads the set') or diag($r->{err});
		cmp_ok(length $want, '>', 100000, 'says much of it');
		same(out(run($tool, @a, @set)), $want, 'again');
		for my $tz ('America/New_York', 'Asia/Kolkata',
		    ':/etc/localtime', 'XYZ-13:45', undef) {
			same(out(run($tool, @a, @set, { env => { TZ => $tz } })),
			    $want, 'TZ=' . ($tz // '(none)'));
		}
	      SKIP: {
			skip 'localedef makes no locale here', 1
			    unless $turkish;
			same(out(run($tool, @a, @set, { env => {
			    LOCPATH => $locale, LC_ALL => 'tr_TR.UTF-8',
			    LANG => 'tr_TR.UTF-8' } })), $want,
			    'LC_ALL=tr_TR.UTF-8');
		}
		same(out(run($tool, @a, reverse @set)), $want,
		    'arguments in reverse');
		same(out(run($tool, @a, @set[1, 0, 2])), $want,
		    'arguments in another order');
		same(out(run($tool, @a, @set, @set)), $want,
		    'arguments given twice');
		for my $opt (['--no-hash'], ['--no-sandbox'], ['-q'],
		    # With -v mxtime shows more.
		    $tool eq 'mxtime' ? () : ['-v']) {
			same(out(run($tool, @a, @$opt, @set)), $want, "@$opt");
		}
		# A pipe has another name; the rest is the same.
		my $file = out(run($tool, @a, "$dir/whole.log"));
		my $pipe = out(run($tool, @a, { from => "$dir/whole.log" }));
		$file =~ s/\Q$dir\E\/whole\.log/-/g;
		# CSV is guarded against formulas, which might begin with -.
		$file =~ s/(?<=,)-(?=,)/"'-"/g if $tool eq 'mxreport';
		same($pipe, $file, 'from standard input');
		my $cat = sh('bash', '-c', "perl -e '\$| = 1; \$/ = \\7919; "
		    . "print while <>' $dir/whole.log | "
		    . tool_path($tool) . " @a");
		same(out($cat), $file, 'through a pipe, in pieces');
		done_testing();
	};
}

# A directory is what its files are.
for my $tool (grep { /^mx(?:log|trace)$/ } @tools) {
	my $case = dir();

	system("cp -p @set $case") == 0 or die "cp failed\n";
	my $d = out(run($tool, @time, $case));
	my $f = out(run($tool, @time, map { s{^\Q$dir\E}{$case}r } @set));

	same($d, $f, "$tool: a directory is what its files are");
}

SKIP: {
	skip 'mxlog and mxtrace are not both built', 8
	    unless $have{mxlog} && $have{mxtrace};
	my ($mxlog, $mxtrace) = map { tool_path($_) } qw(mxlog mxtrace);

	# The pipe form and the short form are one answer.
	for my $c ([ 'a set', "@set" ], [ 'one file', "$dir/whole.log" ],
	    map { [ $_, $_ ] } sort glob 'samples/*.log') {
		for my $e ('', '-e') {
			my $short = sh('bash', '-c',
			    "$mxtrace -q $e @time $c->[1]");
			my $long = sh('bash', '-c',
			    "$mxlog -q @time $c->[1] | $mxtrace -q $e");

			same(out($long), out($short),
			    "mxlog | mxtrace $e is mxtrace: $c->[0]");
		}
	}
	my $short = sh('bash', '-c', "$mxtrace -q @time @set");
	my $tsv = sh('bash', '-c',
	    "$mxlog -q -o tsv @time @set | $mxtrace -q");
	same(out($tsv), out($short), 'mxlog -o tsv | mxtrace is mxtrace');

	# Traced apart and merged is traced together.
	my @part;
	for my $i (0 .. $#set) {
		my $r = run('mxtrace', '-q', '--partial', @time, $set[$i]);

		push @part, put("$dir/part$i.ndjson", $r->{out});
	}
	my $merged = run('mxtrace', '-q', @part);
	same(out($merged), out($short), 'pieces traced apart and merged');
	$merged = run('mxtrace', '-q', reverse @part);
	same(out($merged), out($short), 'pieces merged in another order');
	# All of it in the source records, too, but for how it was read.
	is(scalar(() = $short->{out} =~ /^\{"type":"source"/mg), 3,
	    'one source record for each file');
}

done_testing();
