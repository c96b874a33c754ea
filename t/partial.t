#!/usr/bin/perl

# Tracing files apart (--partial) and merging is tracing them together, byte
# for byte, but for the source records.

use strict;
use warnings;

use lib 't';
use Test::More;
use Mx qw(:DEFAULT long_id);

my $dir = dir();

sub both { return map { slurp("samples/lab/$_.log") } @_ }

# Files by name, traced apart and together.
sub same {
	my ($name, $opt, %text) = @_;
	my $d = "$dir/" . $name =~ s/\W+/-/gr;
	my (@files, @pieces);

	mkdir $d or die "$d: $!\n";
	for my $f (sort keys %text) {
		push @files, put("$d/$f", $text{$f});
		my $r = run('mxtrace', '-q', '--partial', @$opt, "$d/$f");
		like($r->{status}, qr/^[01]$/, "$name: piece of $f") or diag($r->{err})
		    if $r->{status} !~ /^[01]$/;
		push @pieces, put("$d/$f.piece", $r->{out});
	}
	my $want = without(run('mxtrace', '-q', @$opt, @files)->{out}, 'source');
	for my $p ([ 'merged', @pieces ], [ 'in another order', reverse @pieces ]) {
		my ($how, @p) = @$p;
		my $r = run('mxtrace', '-q', @$opt, @p);
		my $got = without($r->{out}, 'source');
		is($r->{status}, 0, "$name $how: status");
		next if ok($got eq $want, "$name $how");
		my @w = split /\n/, $want;
		my @g = split /\n/, $got;
		my $i = 0;
		$i++ while $i < @w && $i < @g && $w[$i] eq $g[$i];
		diag("record $i\nwant ", $w[$i] // '-', "\ngot  ", $g[$i] // '-');
	}
	return ($want, @pieces);
}

my @given = ('-y', 2026, '-z', 'UTC');

sub cut {
	my ($n, $text) = @_;
	my @l = split /^/, $text;

	return map { join '', @l[@l * $_ / $n .. @l * ($_ + 1) / $n - 1] } 0 .. $n - 1;
}

for my $name (qw(queue-life-bsd out-tls-bsd out-reuse in-sessions hops restart)) {
	my @p = cut(5, both($name));
	my @n = ('mail.log.4', 'mail.log.3', 'mail.log.2', 'mail.log.1', 'mail.log');

	same("$name rotated", \@given, map { ($n[$_], $p[$_]) } 0 .. 4);
	same("$name rotated with events", [ @given, '-e' ], map { ($n[$_], $p[$_]) } 0 .. 4)
	    if $name =~ /^(?:hops|queue-life-bsd)$/;
	same("$name by number", \@given, map { ("p$_.log", $p[$_]) } 0 .. 4);
}
same('two files of a lab', \@given, 'a.log' => both('hops-two-files'),
    'b.log' => both('hops-two-files-postlogd'));
same('two hosts', \@given, 'a.log' => both('in-tls-iso'),
    'b.log' => slurp("samples/lab/in-tls-iso.log") =~ s/^(\S+) mx /$1 far /mgr);
same('two hosts united', [ @given, '--host-alias', 'far=mx' ],
    'a.log' => both('in-tls-iso'), 'b.log' => slurp("samples/lab/queue-life-iso.log") =~ s/^(\S+) mx /$1 far /mgr);
same('other lines', \@given, 'a.log' => $other . $log, 'b.log' => $other);

# Lines of one process in one second, in two files.
my @l = split /^/, slurp("samples/lab/out-reuse.log");
same('every line apart', \@given, map { (sprintf('l%03d.log', $_), $l[$_]) } 0 .. 59);

# The pieces' own names and sizes do not matter.
{
	my @p = cut(6, both('out-reuse'));
	my @f = map { put("$dir/n$_.log", $p[$_]) } 0 .. 5;
	my $want = without(run('mxtrace', '-q', @given, @f)->{out}, 'source');
	my @q = map { put("$dir/q" . (9 - $_) . '.piece', run('mxtrace', '-q', '--partial', @given, $f[$_])->{out}) } 0 .. 5;
	ok(without(run('mxtrace', '-q', @q)->{out}, 'source') eq $want, 'pieces of other names');
	my $a = put("$dir/even.piece", run('mxtrace', '-q', '--partial', @given, @f[0, 2, 4])->{out});
	my $b = put("$dir/a-odd.piece", run('mxtrace', '-q', '--partial', @given, @f[1, 3, 5])->{out});
	ok(without(run('mxtrace', '-q', $a, $b)->{out}, 'source') eq $want, 'pieces of three files');
	my $r = run('mxtrace', '-q', @q[0 .. 4], $f[5]);
	my $mixed = without(run('mxtrace', '-q', @given, @q[0 .. 4], $f[5])->{out}, 'source');
	ok($mixed eq $want, 'pieces and a file');
}

# Year and zone that one file tells for all.
{
	my $d = "$dir/anchors";
	mkdir $d;
	my @f = (put("$d/mail.log.1", "Dec 31 23:59:00 mx postfix/pickup[3]: 1E24014020A: uid=0 from=<a>\n"),
	    put("$d/mail.log", "Jan  1 00:05:00 mx postfix/pickup[3]: 4XMZ0K0sf8z9s6S: uid=0 from=<a>\n"));
	utime 1893800000, 1893800000, @f;
	my $want = without(run('mxtrace', '-q', @f)->{out}, 'source');
	my @p = map { put("$_.piece", run('mxtrace', '-q', '--partial', $_)->{out}) } @f;
	like($want, qr/2024-12-31T23:59:00Z/, 'one file tells the year of both');
	ok(without(run('mxtrace', '-q', @p)->{out}, 'source') eq $want, 'year anchors');
}

# A long queue ID made at that second.
sub id_at {
	my ($sec, $n) = @_;

	return long_id($sec, $n, 1311234 + $n);
}

# What dates a file is in its piece: no year or zone is given.
{
	my $bsd = sub {
		my ($stamp, $qid) = @_;
		return "$stamp mx postfix/pickup[3]: $qid: uid=0 from=<a>\n";
	};
	my $n = 0;
	my $year = sub {
		my ($name, $like, %file) = @_;
		my $d = "$dir/year" . $n++;
		my (@f, @p);
		mkdir $d;
		for my $k (sort keys %file) {
			my ($text, $mtime) = @{$file{$k}};
			mkdir "$d/$1" if $k =~ m{(.*)/};
			put("$d/" . $k =~ s/\.gz$//r, $text);
			utime $mtime, $mtime, "$d/" . $k =~ s/\.gz$//r;
			sh('gzip', '-f', "$d/" . $k =~ s/\.gz$//r) if $k =~ /gz$/;
			push @f, "$d/$k";
		}
		@p = map { put("$_.piece", run('mxtrace', '-q', '--partial', $_)->{out}) } @f;
		my $r = run('mxtrace', '-q', @f);
		my $want = without($r->{out}, 'source');
		like($want, $like, "$name: the answer");
		my $cat = join '', map { slurp($_) } @p;
		for ([ 'merged', @p ], [ 'reversed', reverse @p ],
		    [ 'twice', @p, put("$d/again", $cat) ],
		    [ 'of one file', put("$d/cat", $cat) ],
		    [ 'of a pipe', { in => $cat } ],
		    [ 'made at once', { in => run('mxtrace', '-q', '--partial', @f)->{out} } ],
		    [ 'as tsv', { in => run('mxtrace', '-q', '-o', 'tsv', '--partial', @f)->{out} } ]) {
			my ($how, @a) = @$_;
			my $m = run('mxtrace', '-q', @a);
			is($m->{status}, $r->{status}, "$name $how: status");
			ok(without($m->{out}, 'source') eq $want, "$name $how");
		}
	};
	my $t = 1735700000;	# 2025-01-01T02:53:20Z
	my $ids = join '', map { $bsd->('Jan  1 04:53:20', id_at($t, $_)) } 1 .. 20;
	$year->('new year by mtime', qr/2024-12-31T/,
	    'mail.log.1' => [ $bsd->('Dec 31 23:59:00', '1E24014020A'), $t ],
	    'mail.log' => [ $bsd->('Jan  1 00:05:00', '1E24014020B'), $t ]);
	$year->('gzip header', qr/year-from-gzip-header/,
	    'mail.log.1.gz' => [ $bsd->('Dec 31 23:59:00', '1E24014020A'), $t ],
	    'mail.log' => [ $bsd->('Jan  1 00:05:00', '1E24014020B'), $t + 86400 * 800 ]);
	$year->('a year inside a file', qr/2025-01-01T/,
	    'mail.log' => [ $bsd->('Dec 31 23:59:00', '1E24014020A') . $bsd->('Jan  1 00:05:00', '1E24014020B'), $t ]);
	$year->('the zone of one', qr/2024-12-31T21:59:00Z.*zone-inferred/,
	    'mail.log.1' => [ $bsd->('Dec 31 23:59:00', '1E24014020A'), $t ],
	    'mail.log' => [ $ids, $t ]);
	$year->('hosts apart', qr/2019-12-31T23:59:00Z.*zone-assumed/,
	    'a/mail.log.1' => [ $bsd->('Dec 31 23:59:00', '1E24014020A'), $t - 86400 * 1800 ],
	    'b/mail.log' => [ $ids, $t ]);
	$year->('one missing in the middle', qr/2023-10-01T.*2025-01-01T/s,
	    'mail.log.3' => [ $bsd->('Oct  1 10:00:00', '1E24014020A'), $t - 86400 * 400 ],
	    'mail.log' => [ $bsd->('Jan  1 00:05:00', '1E24014020B'), $t ]);
	$year->('dated local stamps', qr/2025-01-01T00:05:00Z/,
	    'mail.log.1' => [ $bsd->('Dec 31 23:59:00', '1E24014020A'), $t ],
	    'mail.log' => [ $bsd->('2025-01-01T00:05:00', '1E24014020B') . $bsd->('Jan  1 00:06:00', '1E24014020C'), $t + 86400 * 700 ]);
}

# Damage in one of them.
{
	my $gz = put("$dir/g.log", both('out-tls-bsd'));
	sh('gzip', '-nf', $gz);
	my $bytes = slurp("$gz.gz");
	my @f = (put("$dir/g.log.1.gz", substr $bytes, 0, length($bytes) / 2),
	    put("$dir/g.log", both('queue-life-bsd')));
	unlink "$gz.gz";
	my $want = run('mxtrace', '-q', @given, @f);
	my @p = map { put("$_.piece", run('mxtrace', '-q', '--partial', @given, $_)->{out}) } @f;
	is($want->{status}, 2, 'damage');
	ok(without(run('mxtrace', '-q', @p)->{out}, 'source') eq
	    without($want->{out}, 'source'), 'damage in a piece');
}

# mxlog's records are pieces, too.
{
	my $f = put("$dir/m.log", both('hops'));
	my $want = without(run('mxtrace', '-q', @given, $f)->{out}, 'source');
	for my $o ('json', 'tsv') {
		my $p = put("$dir/m.$o", run('mxlog', '-q', '-o', $o, @given, $f)->{out});
		ok(without(run('mxtrace', '-q', $p)->{out}, 'source') eq $want, "mxlog -o $o");
	}
}

done_testing();
