#!/usr/bin/perl

# mxcarve: systemd journals in an image, whole, cut off and damaged.  The
# journals are made by systemd-journal-remote; the truth is what mxlog reads
# from the file that journalctl agrees with (t/journal.t).

use strict;
use warnings;
use lib 't';
use Journal;
use Mx;
use Test::More;

plan skip_all => 'no systemd-journal-remote' unless can_make();
plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

# Records but for what carving adds and where they stand.
sub bare {
	my ($text, $src) = @_;

	return join '', map {
		my $r = record($_);

		delete @$r{qw(off len line)};
		delete $r->{confidence};
		if (defined $r->{note}) {
			$r->{note} =~ s/ ?lines-lost$//;
			delete $r->{note} if $r->{note} eq '';
		}
		$r->{type} eq 'event' && (!defined $src || $r->{src} =~ $src) ?
		    do { delete $r->{src}; $json->encode($r) . "\n" } : ()
	} split /^/, $text;
}

sub filler {
	my ($n) = @_;
	my $s = '';

	srand 7;
	$s .= pack 'L', int rand 2 ** 32 while length $s < $n;
	return $s;
}

sub image {
	my ($name, @part) = @_;

	return put("$dir/$name", map { $_ . "\0" x (-length($_) % 4096) } @part);
}

my $export = lab_export(qw(hops agents refusals));
my ($head) = $export =~ /((?:.*?\n\n(?=__REAL)){150})/s;
my $rest = substr $export, length $head;
my %kind = (plain => [compress => 0], keyed => [keyed => 1],
    old => [keyed => 0], compact => [compact => 1]);
my $noise = filler(512 * 1024);

for my $k (sort keys %kind) {
	my $f = journal("$k.journal", $export, @{$kind{$k}});
	my $want = run('mxlog', '-q', '--no-hash', $f)->{out};
	my $at = length($noise) + 4096;
	my $img = image("$k.img", $noise, "\0" x 4096, slurp($f), $noise);
	my $r = run('mxcarve', '-q', "$k.img", { cd => $dir });
	my @e = events($r->{out});

	is($r->{status}, 0, "$k: status");
	ok(bare($r->{out}) eq bare($want), "$k: every entry, as in the file");
	is(join(' ', grep { $_->{src} ne "$k.img\@$at-JOURNAL" } @e), '',
	    "$k: the path says where");
	is(scalar(grep { $_->{confidence} ne 'high' } @e), 0, "$k: high");
	is($e[0]{note}, 'lines-lost', "$k: what was before is not known");
	is(scalar(grep { defined $_->{note} } @e[1 .. $#e]), 0,
	    "$k: nothing else to say");
	ok(run('mxquote', '-q', '-', { in => $r->{out}, cd => $dir })->{out} eq
	    export($f), "$k: quoted as journalctl exports it");
}

# Two journals, one of them twice; a log beside them.
my $one = journal('one.journal', $head);
my $two = journal('two.journal', $rest);
my $img = image('two.img', $noise, slurp($two), slurp($one), $Mx::log,
    slurp($two));
my $r = run('mxcarve', '-q', '-y', 2026, $img);
my $both = run('mxlog', '-q', '--no-hash', $one, $two)->{out};
ok(bare($r->{out}, qr/JOURNAL/) eq bare($both),
    'two journals in order of time, copies once');
is(scalar(grep { $_->{src} !~ /JOURNAL/ } events($r->{out})),
    scalar(() = $Mx::log =~ /\n/g), 'and the log');
$r = run('mxcarve', '-q', '--copies', $img);
is(scalar(grep { $_->{src} =~ /JOURNAL/ } events($r->{out})),
    () = ($head . $rest . $rest) =~ /^__REAL/gm, '--copies');

# What survives.
$r = run('mxcarve', '-q', '--known', $one, $img);
my %here;
$here{$_->{only_here} ? 'true' : 'false'}++
    for grep { $_->{src} =~ /JOURNAL/ } events($r->{out});
is("$here{false} $here{true}", scalar(() = $head =~ /^__REAL/gm) . ' ' .
    (() = $rest =~ /^__REAL/gm), '--known: entries of a journal');
$r = run('mxcarve', '-q', '-y', 2026, '--known', put("$dir/mail.log",
    $Mx::log), $img);
is(scalar(grep { defined $_->{only_here} && $_->{src} =~ /JOURNAL/ }
    events($r->{out})), 0, '--known: a log says nothing of entries');

# Cut off by what was written over it.
my $whole = slurp("$dir/keyed.journal");
my @entries = grep { $_->[1] == 3 } objects($whole);
my $n = @entries;
my $cut = int($entries[$n / 2][0] / 4096) * 4096;
my $left = grep { $_->[0] + $_->[3] <= $cut } @entries;
my $want = bare(run('mxlog', '-q', '--no-hash', "$dir/keyed.journal")->{out});
$img = image('cut.img', substr($whole, 0, $cut), filler(2 * 1024 * 1024));
$r = run('mxcarve', '-q', $img);
is($r->{status}, 0, 'cut off: status');
my @cut = split /^/, bare($r->{out});
ok(join('', @cut[0 .. $left - 1]) eq join('', (split /^/, $want)
    [0 .. $left - 1]), 'cut off: all entries before');
# One may lie across the cut.
is(scalar(grep { !/fields-lost/ } @cut[$left .. $#cut]), 0,
    'cut off: no more that seem whole');

# Written over in the middle; then a block that other entries point to.
my ($from, $to) = map { int($_ / 4096) * 4096 } $entries[$n / 3][0],
    $entries[$n / 2][0];
substr(my $torn = $whole, $from, $to - $from) = substr $noise, 0, $to - $from;
$img = image('torn.img', $noise, $torn);
$r = run('mxcarve', '-q', $img);
my @e = events($r->{out});
my %got = map { ($_->{seqnum} => $_) } @e;
my @intact = grep { $entries[$_][0] + $entries[$_][3] <= $from ||
    $entries[$_][0] >= $to } 0 .. $n - 1;
is(scalar(grep { !$got{$_ + 1} } @intact), 0,
    'written over: all other entries');
my %intact = map { ($_ + 1 => 1) } @intact;
is(scalar(grep { !$intact{$_->{seqnum}} && $_->{confidence} eq 'high' } @e), 0,
    'written over: no more that seem whole');
is(scalar(grep { $_->{confidence} ne 'high' && $_->{note} !~
    /fields-lost|bad-hash/ } @e), 0, 'written over: what lacks fields says so');
is(scalar(grep { ($_->{note} // '') =~ /lines-lost/ } @e), 2,
    'written over: lines are lost twice');

# Nothing there: magics in noise, a header alone, one that lies.
my $huge = substr($whole, 0, 4096);
substr($huge, 96, 8) = pack 'Q<', 1 << 62;
$img = image('none.img', 'LPKSHHRH' . $noise, substr($whole, 0, 4096),
    ($huge) x 64, $noise);
$r = run('mxcarve', '-q', $img);
is(scalar(events($r->{out})), 0, 'nothing: no events');
is($r->{status} . $r->{err}, '1', 'nothing: said by the status');

# From a pipe.
$img = image('pipe.img', $noise, slurp("$dir/keyed.journal"));
ok(bare(sh('sh', '-c', 'cat "$1" | "$0" -q -', tool_path('mxcarve'), $img)->
    {out}) eq $want, 'a pipe');

done_testing();
