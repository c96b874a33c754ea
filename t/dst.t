#!/usr/bin/perl

# A zone learned from long queue IDs, over the change to summer time and back,
# north and south: what is said is what the IDs prove, from the first line of
# a change that has one.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Time::Local 'timegm';
use Mx qw(:DEFAULT long_id);

my $js = JSON::PP->new->utf8;
my $dir = dir();

# A long queue ID made at that second.
sub id_at {
	my ($sec, $n) = @_;

	return long_id($sec, $n, 1311234 + $n);
}

sub iso {
	my @t = gmtime $_[0];

	return sprintf '%04d-%02d-%02dT%02d:%02d:%02dZ', 1900 + $t[5],
	    1 + $t[4], @t[3, 2, 1, 0];
}

# A local stamp of that second, so many hours east of UTC.
sub bsd {
	my ($sec, $east) = @_;
	my @m = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
	my @t = gmtime $sec + $east * 3600;

	return sprintf '%s %2d %02d:%02d:%02d', $m[$t[4]], @t[3, 2, 1, 0];
}

# [ place, second of the change, hours east before and after ]
my @place = ([ 'Berlin, spring', timegm(0, 0, 1, 29, 2, 2026), 1, 2 ],
    [ 'Berlin, autumn', timegm(0, 0, 1, 25, 9, 2026), 2, 1 ],
    [ 'Sydney, autumn', timegm(0, 0, 16, 4, 3, 2026), 11, 10 ],
    [ 'Sydney, spring', timegm(0, 0, 16, 3, 9, 2026), 10, 11 ],
    [ 'New York, spring', timegm(0, 0, 7, 8, 2, 2026), -5, -4 ],
    [ 'New York, autumn', timegm(0, 0, 6, 1, 10, 2026), -4, -5 ],
    [ 'Lord Howe, autumn', timegm(0, 0, 15, 4, 3, 2026), 11, 10.5 ],
    [ 'Lord Howe, spring', timegm(0, 30, 15, 3, 9, 2026), 10.5, 11 ]);

my ($last, %line);

# Messages at those seconds, without -z: the log, and the time of each.  With
# another program's long lines between, the beginning of the file, in which
# the IDs have to agree, ends before the change.
sub times_of {
	my ($change, $before, $after, @sec) = @_;
	my $pad = @sec > 300 ? ' mx app[5]: ' . 'x' x 1300 . "\n" : undef;
	my $n = 0;
	my $log = '';

	for my $s (@sec) {
		my $e = $s < $change ? $before : $after;
		$log .= bsd($s, $e) . ' mx postfix/pickup[3]: ' .
		    id_at($s, ++$n) . ": uid=0 from=<a>\n" .
		    ($pad ? bsd($s, $e) . $pad : '');
	}
	put("$dir/log", $log);
	return read_log("$dir/log");
}

# Lines of another program, as long as the beginning that is looked at.
sub padding {
	return (bsd(@_) . ' mx app[5]: ' . 'x' x 1300 . "\n") x 200;
}

sub read_log {
	$last = run('mxtrace', '--no-hash', @_);
	return sort map { $_->{time} // '-' } messages();
}

sub messages {
	return grep { $_->{type} eq 'message' }
	    map { $js->decode($_) } split /\n/, $last->{out};
}

sub notes {
	my %n;

	$n{$_->{time_note} // ''} = 1 for messages();
	return join ' | ', sort keys %n;
}

for my $p (@place) {
	my ($name, $at, $before, $after) = @$p;
	# A message in five minutes, twenty hours before and after.
	my @sec = map { $at + $_ * 300 } -240 .. 240;

	is_deeply([ times_of($at, $before, $after, @sec) ],
	    [ map { iso($_) } @sec ], "$name: each time is that of its queue ID");
	is(notes(), 'year-inferred year-from-queue-id zone-inferred',
	    "$name: what it rests on, and no jump");
	is(scalar(grep { /ASSUMED/ } @{$last->{errs}}), 0,
	    "$name: nothing is assumed");

	# Through a piece, which leaves the zone open.
	my $whole = without($last->{out}, 'source');
	my $piece = run('mxtrace', '--partial', '--no-hash', "$dir/log");
	is(without(run('mxtrace', { in => $piece->{out} })->{out}, 'source'),
	    $whole, "$name: the same through a piece");
}

subtest 'lines without an ID' => sub {
	# Until the first ID behind the change, nothing tells of it.
	my ($name, $at, $before, $after) = @{$place[0]};
	my $log = join '', map { bsd($at - 3000 + $_ * 60, $before) .
	    ' mx postfix/pickup[3]: ' . id_at($at - 3000 + $_ * 60, $_) .
	    ": uid=0 from=<a>\n" } 0 .. 30;
	$log .= padding($at - 1100, $before);
	my $reject = 'postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 <x@example.org>: Relay access denied; from=<q@example.net> to=<x@example.org> proto=SMTP helo=<z>';

	$log .= bsd($at + 5, $after) . " mx $reject\n" .
	    bsd($at + 6, $after) . ' mx postfix/pickup[3]: ' .
	    id_at($at + 6, 99) . ": uid=0 from=<b>\n" .
	    bsd($at + 7, $after) . " mx $reject\n";
	put("$dir/log", $log);
	read_log("$dir/log");
	my @m = messages();
	like($_->{time_note}, qr/zone-inferred/, 'a note on each') for @m[-3 .. -1];
	my %by = map { ($_->{from} eq 'b' ? 'id' : $_->{line}) => $_ } @m;
	is($by{id}{time}, iso($at + 6), 'the ID itself');
	is($by{234}{time}, iso($at + 7), 'and all behind it');
	unlike($by{234}{time_note}, qr/jump/, 'which is no jump');
	# The one before it may be an hour off, never a day or year.
	like($by{232}{time}, qr/^2026-03-29T0[12]:00:05Z$/, 'the line before it');
};

subtest 'IDs of both sides first' => sub {
	# Twenty that do not agree give no zone.
	my ($name, $at, $before, $after) = @{$place[0]};
	my @sec = map { $at + $_ * 60 } -10 .. 30;

	times_of($at, $before, $after, @sec);
	is(notes(), 'year-inferred year-from-queue-id zone-assumed', 'assumed');
	is(scalar(grep { /ASSUMED/ } @{$last->{errs}}), 1, 'it is said');
	is((times_of($at, $before, $after, map { $at - 6000 + $_ * 60 } 0 .. 19))[0],
	    iso($at - 6000), 'twenty on this side do');
};

subtest 'what a sender can do' => sub {
	# A client that waits after DATA for as long as it likes.
	my $t = timegm(5, 4, 10, 1, 8, 2026);
	for my $wait (900, 1800, 3600) {
		my $log = join '', map { bsd($t + $_ * 60, 2) .
		    ' mx postfix/pickup[3]: ' . id_at($t + $_ * 60, $_) .
		    ": uid=0 from=<a>\n" } 0 .. 30;
		my $id = id_at($t + 2000, 77);

		put("$dir/log", $log . padding($t + 1900, 2) .
		    bsd($t + 2000, 2) .
		    " mx postfix/smtpd[9]: $id: client=c.example.net[192.0.2.10]\n" .
		    bsd($t + 2000 + $wait, 2) .
		    " mx postfix/cleanup[4]: $id: message-id=<late\@x>\n" .
		    bsd($t + 2010 + $wait, 2) .
		    " mx postfix/pickup[3]: 1E24014020A: uid=0 from=<late>\n");
		read_log("$dir/log");
		my ($m) = grep { ($_->{from} // '') eq 'late' } messages();
		is($m->{time}, iso($t + 2010 + $wait), "$wait s: no other zone");
	}
};

subtest 'with a zone' => sub {
	# Given one, the hour that comes twice is marked, and IDs change nothing.
	my ($name, $at, $before, $after) = @{$place[1]};
	my @sec = map { $at + $_ * 600 } -12 .. 12;

	times_of($at, $before, $after, @sec);
	read_log('-z', 'Europe/Berlin', "$dir/log");
	is_deeply([ sort map { $_->{time} } messages() ],
	    [ map { iso($_) } @sec ], 'the times');
	is(scalar(grep { $_->{time_note} =~ /dst-ambiguous/ } messages()), 12,
	    'two hours are marked');
	unlike(notes(), qr/jump|zone/, 'no jump, no guess');
};

done_testing();
