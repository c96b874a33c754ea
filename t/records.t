#!/usr/bin/perl

# What a stream of records ends with, and the exit status; the window of
# --since and --until.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my $dir = dir();
my @opt = ('-y', 2026, '-z', 'UTC');
my $file = put("$dir/mail.log", $log, $other);

sub records { return map { $js->decode($_) } split /\n/, $_[0]{out} }
sub of { my ($type, $r) = @_; return grep { $_->{type} eq $type } records($r) }

my $r = run('mxtrace', @opt, $file);
my @all = records($r);
my @end = grep { $_->{type} =~ /^(?:source|coverage)$/ } @all;

is($r->{status}, 0, 'status');
is(join(' ', map { $_->{type} } @all[-@end .. -1]), 'source coverage', 'the last records');
is($end[0]{src}, $file, 'the source');
is($end[0]{size}, -s $file, 'its size');
is($end[0]{sha256}, (split / /, `sha256sum $file`)[0], 'its hash');
ok(!defined +(of('source', run('mxtrace', @opt, '--no-hash', $file)))[0]{sha256}, '--no-hash');
is($end[1]{foreign}, 3, 'lines of others');

# A message stands before its deliveries, which repeat what it says.
my %seen;
for my $x (@all) {
	$seen{$x->{trace}} = $x if $x->{type} eq 'message';
	next if $x->{type} ne 'delivery';
	my $m = $seen{$x->{trace}};
	ok($m, "$x->{to}: behind its message") or next;
	is($x->{$_}, $m->{$_}, "$x->{to}: $_")
	    for grep { defined $m->{$_} } qw(from message_id client_name client_addr path);
	is(substr(slurp($file), $x->{off}, $x->{len}) =~ /to=<\Q$x->{to}\E>/ ? 1 : 0, 1,
	    "$x->{to}: off and len are its line");
}
for my $m (of('message', $r)) {
	my @bad = grep { my ($o, $n) = split /\+/;
	    substr(slurp($file), $o, $n + 1) !~ /^\w.*\n\z/ } split / /, $m->{refs};
	is(scalar @bad, 0, "$m->{qid}: refs are lines");
}

# Pipe form and short form, and records of records.
my $want = without($r->{out}, 'source');
my $events = run('mxlog', @opt, $file);
is(without(run('mxtrace', '-', { in => $events->{out} })->{out}, 'source'), $want, 'mxlog | mxtrace');
is(run('mxtrace', '-', { in => $r->{out} })->{out}, $r->{out}, 'records that are traced already');
# The first record may be long: a line of many bytes, each six in a record.
for my $long ('x' x 300_000, "\xff" x 1_000_000) {
	my $f = put("$dir/long", "Sep  1 10:04:05 mx postfix/smtpd[100]: odd $long\n" . slurp($file));
	my $one = run('mxtrace', @opt, $f);
	my $r = run('mxtrace', '-', { in => run('mxlog', @opt, $f)->{out} });
	is($r->{status}, 0, 'a long first record: status');
	is(without($r->{out}, 'source'), without($one->{out}, 'source'), 'a long first record');
}
$r = run('mxtrace', '-', { in => join '', (split /^/, $events->{out})[0 .. 4] });
like($r->{err}, qr/without a source record/, 'a stream that was cut short');
$r = run('mxtrace', '-', { in => "$events->{out}not a record\n" });
is($r->{status}, 2, 'damage in records: status');
like($r->{err}, qr/line \d+ at offset \d+: not a record/, 'damage in records: where');

# Messages that have a line in the window, whole.
sub ids { return join ' ', map { $_->{qid} } of('message', run('mxtrace', '-q', @opt, @_, $file)) }

is(ids('-s', '2026-09-01 10:05', '-u', '2026-09-01 10:06'), '7A1202800001', 'one minute');
is(ids('-s', '2026-09-01T10:05:30Z', '-u', '2026-09-01T10:05:31Z'), '7A1202800001', 'its last second');
is(ids('-s', '2026-09-01T10:05:31Z', '-u', '2026-09-01T10:06:00Z'), '', 'half-open');
is(ids('-s', '2026-09-01T10:06:00Z'), 'F1206140243 00007140244', 'since');
is(scalar(of('delivery', run('mxtrace', '-q', @opt, '-s', '2026-09-01T10:04:07Z', '-u', '2026-09-01T10:04:08Z', $file))),
    2, 'with all deliveries');
is(run('mxtrace', '-s', '2026-09-02', '-u', '2026-09-01', $file)->{status}, 2, 'a reversed window');
is(scalar(of('coverage', run('mxtrace', '-q', @opt, '-s', '2030-01-01', $file))), 1,
    'an empty window still says what is covered');

is(run('mxtrace', '-q', put("$dir/o", $other))->{status}, 1, 'nothing of Postfix');
is(run('mxtrace', '-q', "$dir/none")->{status}, 2, 'no such file');
is(run('mxtrace', '-q', "$dir/none", $file)->{status}, 2, 'one of two');
is(run('mxtrace', '-q', $file, { to => '/dev/full' })->{status}, 2, 'output that cannot be written');

done_testing();
