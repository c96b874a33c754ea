#!/usr/bin/perl

# mxcarve: journals, pieces of them and texts without an entry are the same with
# threads, with hashes, and when a run goes on from a checkpoint.

use strict;
use warnings;
use lib 't';
use Journal;
use Mx;
use Test::More;

plan skip_all => 'no systemd-journal-remote' unless can_make();
plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $mb = 1024 * 1024;
my $long = join ' ', map { "line $_" } 1 .. 200;
my $export = lab_export('hops') . join '', map { entry('postfix/smtp', 4700 + $_,
    "4hZ1fY0sf8z9s6S: to=<u$_\@example.org>, relay=none, delay=1, " .
    "delays=0/0/0/1, dsn=4.0.0, status=deferred (host said: 450 $_ $long)")
    } 1 .. 20;
my $bytes = slurp(journal('a.journal', $export));
my $gone = slurp(journal('c.journal', lab_export('refusals')));
my $zip = journal('b.journal', lab_export('agents'));

# The objects of the texts, a sector each.
sub alone {
	my ($from) = @_;

	return join '', map { my $d = substr $from, $_->[0], $_->[3];
	    $d . "\0" x (512 - length($d) % 512) } grep { $_->[1] == 1 }
	    objects($from);
}

put("$dir/z", slurp($zip));
is(sh('gzip', '-nf', "$dir/z")->{status}, '0', 'gzip');
put("$dir/a.img", '');
truncate "$dir/a.img", 72 * $mb or die "truncate: $!\n";
open my $h, '+<:raw', "$dir/a.img" or die "a.img: $!\n";
for ([4 * $mb, alone($bytes)], [30 * $mb + 4096, slurp("$dir/z.gz")],
    [40 * $mb + 512, alone($gone)], [63 * $mb, substr($bytes, 4096) =~ s/\0{4096}\0+\z//r],
    [70 * $mb, alone($bytes)]) {
	seek $h, $_->[0], 0;
	print $h $_->[1];
}
close $h;

my $want = without(run('mxcarve', '-q', 'a.img', { cd => $dir })->{out}, 'source');
my %n;
$n{($_->{src} =~ s/\d+/N/gr) . ' ' . (($_->{note} // '') =~ /entry-lost/ ? 'alone' : 'entry')}++ for events($want);
is($n{'a.img@N-GZIP@N-JOURNAL entry'}, scalar(events(run('mxlog', '-q', $zip)->{out})), 'the entries in the compressed one');
is($n{'a.img entry'} + $n{'a.img@N-ZSTD entry'}, scalar(() = $export =~ /^__REAL/gm), 'those of the piece');
is($n{'a.img@N-ZSTD entry'}, 20, 'whose long texts are packed');
cmp_ok($n{'a.img alone'}, '>', 50, 'and texts alone');
is($n{'a.img@N-ZSTD alone'}, undef, 'none that an entry has');
for my $o (['-j', 2], ['-j', 3], ['--hash', 'md5'], ['--checkpoint', "$dir/cp"]) {
	my $r = run('mxcarve', '-q', @$o, 'a.img', { cd => $dir });

	ok(without($r->{out}, 'source') eq $want, "the same with @$o[0, 1]");
}
my $whole = slurp("$dir/cp");
for my $n (1 .. 3) {
	put("$dir/cp", substr $whole, 0, length($whole) * $n / 4);
	my $r = run('mxcarve', '-q', '--checkpoint', "$dir/cp", 'a.img', { cd => $dir });

	is("$r->{status}" . (without($r->{out}, 'source') eq $want ? ' same' : ' other'), '0 same', "interrupted, $n of 4");
}

done_testing();
