#!/usr/bin/perl

# A spool that Postfix works on while it is read: files that move to another
# queue are read there, once; those that are gone are counted.  The tool has
# listed the spool when it takes standard input, and reads the spool behind it:
# what is done in between is the race.

use strict;
use warnings;
use lib 't';
use Digest::SHA 'sha256_hex';
use Test::More;
use Mx;

plan skip_all => 'mxqueue is not built' unless -x tool_path('mxqueue');

my $dir = dir();
my $sample = 'samples/queue/spool';
my %id = (active => 'CA7ECAA429B', deferred => 'B/BBB09AA4295', other => 'E/E7D79AA8141');

# Run mxqueue on standard input and a copy of the spool, and do something to
# that when it has been listed; what comes of it.
sub race {
	my ($do) = @_;

	system('rm', '-rf', "$dir/spool");
	system('cp', '-Rp', $sample, "$dir/spool") == 0 or die;
	mkdir "$dir/spool/$_" for 'hold', 'incoming', 'deferred/C';
	my $pid = open my $to, '|-';
	die $! unless defined $pid;
	if ($pid == 0) {
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		chdir $dir;
		exec tool_path('mxqueue'), '-', 'spool' or die;
	}
	# More than a pipe holds: when it is written, it has been read from.
	my $text = "no queue file\n" x 100_000;
	for (my $n = 0; $n < length $text;) {
		$n += syswrite($to, $text, length($text) - $n, $n) // die $!;
	}
	$do->();
	close $to;
	return { status => $? >> 8, out => slurp("$dir/out"), err => slurp("$dir/err") };
}

sub to { my ($from, $to) = @_; rename "$dir/spool/$from", "$dir/spool/$to" or die "$from: $!" }

# Where each queue file was read, by its hash.
sub read_from {
	my ($r) = @_;

	return { map { ($_->{sha256} => $_->{src}) } grep { $_->{type} eq 'file' && exists $_->{qid} && ($_->{format} // '') eq '' } decoded($r->{out}) };
}

sub sum { return sha256_hex(slurp("$sample/$_[0]")) }

my $still = race(sub {});
my %all = %{read_from($still)};
is($still->{status}, 0, 'nothing happens: status');
unlike($still->{err}, qr/in use/, 'nothing is said');
my $n = keys %all;

for my $c (
    ['to deferred', "active/$id{active}", "deferred/C/$id{active}"],
    ['to hold', "deferred/$id{deferred}", 'hold/BBB09AA4295'],
    ['to active', "deferred/$id{other}", 'active/E7D79AA8141'],
) {
	my ($what, $from, $to) = @$c;
	my $r = race(sub { to($from, $to) });
	my $got = read_from($r);

	is($got->{sum($from)}, "spool/$to", "$what: read where it is");
	is(scalar(keys %$got), $n, "$what: all files");
	is(scalar(() = $r->{out} =~ /^\{"type":"file"/mg), scalar(() = $still->{out} =~ /^\{"type":"file"/mg), "$what: none twice");
	is($r->{status}, 0, "$what: status");
	unlike($r->{err}, qr/in use|cannot open/, "$what: nothing is said");
}

# Two of them trade places: each is read once, wherever it was.
{
	my $r = race(sub {
		to("active/$id{active}", 'x');
		to("deferred/$id{other}", 'active/E7D79AA8141');
		to('x', "deferred/C/$id{active}");
	});
	is(scalar(keys %{read_from($r)}), $n, 'two move: all files');
	is($r->{status}, 0, 'two move: status');
}
# Delivered, and so is its log.
{
	my $r = race(sub { unlink "$dir/spool/deferred/$id{other}", "$dir/spool/defer/$id{other}" });

	is($r->{status}, 2, 'gone: status');
	like($r->{err}, qr/^mxqueue: files that went away while they were read are left out: 2; the spool is in use$/m, 'it is said, once');
	unlike($r->{err}, qr/cannot open/, 'and not of each');
	is(scalar(keys %{read_from($r)}), $n - 1, 'the others are read');
}
# Near misses: what was named must be there; what is no queue file does not move.
{
	my $r = race(sub { to("deferred/$id{other}", 'deferred/E/other') });

	is($r->{status}, 2, 'another name: status');
	like($r->{err}, qr/left out: 1;/, 'another name is another file');
	$r = run('mxqueue', "$dir/spool/deferred/$id{other}");
	is($r->{status}, 2, 'a file that was named: status');
	like($r->{err}, qr/cannot open: No such file/, 'a file that was named is missed by its name');
}

done_testing();
