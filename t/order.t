#!/usr/bin/perl

# Logs are not in order, not whole, and not in one file: what that may
# change, and what it may not.  On logs of the lab, whose truth is known, and
# on small ones by hand.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my $dir = dir();
my @opt = ('-q', '-y', 2026, '-z', 'UTC');
my @names = grep { !/burst/ } map { m{^samples/(?:lab/|site/)?(.+)\.log$} }
    glob 'samples/{lab,site,postfix-*}/*.log';

plan skip_all => 'no samples' unless @names;

sub trace {
	my @args = @_;
	my $r = run('mxtrace', @opt, @args);

	is($r->{status}, 0, 'status') or diag("@args: $r->{err}")
	    if $r->{status} ne '0';
	return without($r->{out}, 'source', 'coverage');
}

# Records without the place of their lines, sorted.
sub norm {
	my ($text) = @_;
	my @l;

	for (split /\n/, $text) {
		s/,"(?:src|refs|tls_src)":"[^"]*"//g;
		s/,"(?:off|len|line|tls_off|tls_len)":[0-9]+//g;
		push @l, $_;
	}
	return join "\n", sort @l;
}

sub records {
	my ($text) = @_;

	$text =~ s/(?<!\\)((?:\\\\)*)\\ud[c][89a-f][0-9a-f]/$1?/gi;
	return map { $js->decode($_) } split /\n/, $text;
}

# The first line that differs.
sub same {
	my ($got, $want, $name) = @_;

	return ok(1, $name) if $got eq $want;
	my %w = map { $_ => 1 } split /\n/, $want;
	my %g = map { $_ => 1 } split /\n/, $got;
	my ($a) = grep { !$g{$_} } sort keys %w;
	my ($b) = grep { !$w{$_} } sort keys %g;
	ok(0, $name);
	diag('want ', $a // '-', "\ngot  ", $b // '-');
	return 0;
}

# Lines of one second in another order; those of one process keep theirs,
# starts and reloads keep their place.
sub shuffled {
	my ($text, $seed) = @_;
	my ($out, $sec, @group) = ('', '');
	my $rnd = sub {
		$seed = ($seed * 1103515245 + 12345) % 2147483648;
		return ($seed >> 12) % $_[0];
	};
	my $flush = sub {
		my (%queue, @keys);
		for my $l (@group) {
			my ($k) = $l =~ m{ (\S+/\S+\[\d+\])};
			($k) = $l =~ m{ (\S+ \d+) - - } if !defined $k;
			$k //= '';
			push @{$queue{$k}}, $l;
			push @keys, $k;
		}
		for (my $i = $#keys; $i > 0; $i--) {
			my $j = $rnd->($i + 1);
			@keys[$i, $j] = @keys[$j, $i];
		}
		$out .= shift @{$queue{$_}} for @keys;
		@group = ();
	};

	for my $l (split /^/, $text) {
		my ($s) = $l =~ /^((?:<\d+>1 )?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|.{15})/;
		if ($s ne $sec) {
			$flush->();
			$sec = $s;
		}
		if ($l =~ m{/master\[|/postfix-script|daemon started|reload --}) {
			$flush->();
			$out .= $l;
		} else {
			push @group, $l;
		}
	}
	$flush->();
	return $out;
}

# In these one process delivers twice to one host within a second, once with
# TLS.  Whose the handshake was is then not certain any more: what was inferred
# or unknown becomes unknown for that reason.
my %twice = (rules => 1);

sub weaker {
	my ($got, $want) = @_;
	my %w = map { $_ => 1 } split /\n/, $want;
	my @l = split /\n/, $got;

	for my $l (grep { !$w{$_} } @l) {
		for my $was ('"tls":"plaintext","tls_proof":"inferred","tls_why":"no-handshake"',
		    '"tls":"unknown","tls_why":"not-logged"') {
			my $before = $l =~ s/"tls":"unknown","tls_why":"gap"/$was/r;

			$l = $before, last if $w{$before};
		}
	}
	return join "\n", sort @l;
}

sub log_text {
	my ($name) = @_;

	return slurp(grep { -e } map { "samples/$_$name.log" } qw(lab/ site/), '');
}

subtest 'order within a second' => sub {
	for my $name (@names) {
		next if $name =~ /rfc5424$/;	# the process is not known
		my $text = log_text($name);
		my $want = norm(trace(put("$dir/whole.log", $text)));
		my $n = 0;

		for my $seed (1 .. ($name =~
		    /^(?:hops|in-sessions)$/ ? 20 : 3)) {
			my $got = norm(trace(put("$dir/shuffled.log",
			    shuffled($text, $seed))));
			$got = weaker($got, $want) if $twice{$name};
			next if $got eq $want;
			same($got, $want, "$name, seed $seed");
			$n++;
			last;
		}
		is($n, 0, $name);
	}
};

subtest 'two files are the whole' => sub {
	my @pair = (['a.log', 'b.log'], ['mail.log.1', 'mail.log']);

	for my $name (qw(out-reuse in-sessions hops queue-life-bsd out-tls-iso
	    postfix-3.11/out-reuse postfix-3.11/out-tls)) {
		my @l = split /^/, log_text($name);
		my $want = norm(trace(put("$dir/whole.log", @l)));

		for my $k (1 .. 4) {
			my $cut = int(@l * $k / 5 + 1);
			for my $p (@pair) {
				my ($old, $new) = map { "$dir/$_" } @$p;
				put($old, @l[0 .. $cut - 1]);
				put($new, @l[$cut .. $#l]);
				same(norm(trace($new, $old)), $want,
				    "$name cut at $cut, $p->[1] first");
				same(norm(trace($old, $new)), $want,
				    "$name cut at $cut, $p->[0] first")
				    if $k == 1;
				unlink $old, $new;
			}
		}
		my $cut = int(@l / 2);
		put("$dir/mail.log.2", @l[0 .. $cut - 1]);
		put("$dir/mail.log.1", @l[$cut .. $#l]);
		sh('gzip', '-f', "$dir/mail.log.2");
		same(norm(trace("$dir/mail.log.1", "$dir/mail.log.2.gz")), $want,
		    "$name, the older half in gzip");
		unlink "$dir/mail.log.1", "$dir/mail.log.2.gz";
	}
};

# What of a log that begins or ends anywhere may be said.
sub check_cut {
	my ($name, $whole, $part, $shift) = @_;
	my (%delivery, %message, @bad);

	for my $r (@$whole) {
		if ($r->{type} eq 'delivery') {
			$delivery{$r->{off}} = $r;
		} elsif ($r->{type} eq 'message') {
			$message{(split /\+/)[0]} = $r for split / /, $r->{refs};
		}
	}
	for my $r (@$part) {
		my $w;

		if ($r->{type} eq 'delivery') {
			$w = $delivery{$r->{off} + $shift};
		} elsif ($r->{type} eq 'message') {
			my ($first) = $r->{refs} =~ /^(\d+)/;
			$w = $message{$first + $shift};
		} else {
			next;
		}
		if (!$w) {
			push @bad, "$r->{type} $r->{trace} is not in the whole";
			next;
		}
		push @bad, "$r->{trace}: tls $r->{tls} ($r->{tls_why}) not " .
		    "$w->{tls} ($w->{tls_why})"
		    if $r->{tls} ne 'unknown' && $r->{tls} ne $w->{tls};
		for my $k (qw(from message_id client_addr sasl_user instance to
		    relay)) {
			push @bad, "$r->{trace}: $k $r->{$k}"
			    if defined $r->{$k} && $r->{$k} ne ($w->{$k} // '');
		}
		next if $r->{type} ne 'message' || $r->{qid} eq 'NOQUEUE';
		my @lost = grep { !$r->{refs} || index(" $r->{refs} ", ' ' .
		    ($_ - $shift) . '+') < 0 } map { /^(\d+)/ }
		    split / /, $w->{refs};
		push @bad, "$r->{trace}: complete, but $r->{status} not $w->{status}"
		    if $r->{complete} && $r->{status} ne $w->{status};
		push @bad, "$r->{trace}: not complete, and nothing is missing"
		    if !$r->{complete} && !defined $r->{missing};
		push @bad, "$r->{trace}: complete with something missing"
		    if $r->{complete} && ($r->{missing} // '') =~ /arrival|removal/;
		push @bad, "$r->{trace}: complete where the whole is not"
		    if $r->{complete} && !$w->{complete};
	}
	is(scalar @bad, 0, $name) or diag(join "\n", @bad[0 .. ($#bad > 4 ? 4 : $#bad)]);
}

subtest 'cut off at either end' => sub {
	my %log = (map { $_ => [ split /^/, log_text($_) ] } qw(out-tls-bsd
	    queue-life-bsd hops in-sessions out-reuse out-failures
	    postfix-3.11/dane postfix-3.11/out-reuse));

	for my $name (sort keys %log) {
		my @l = @{$log{$name}};
		my @whole = records(trace(put("$dir/whole.log", @l)));
		for my $k (1 .. 5) {
			my $cut = int(@l * $k / 6 + 2);
			my @head = records(trace(put("$dir/head.log",
			    @l[0 .. $cut - 1])));
			my @tail = records(trace(put("$dir/tail.log",
			    @l[$cut .. $#l])));
			check_cut("$name, the first $cut", \@whole, \@head, 0);
			check_cut("$name, from $cut on", \@whole, \@tail,
			    length join '', @l[0 .. $cut - 1]);
		}
	}
};

# A block of lines is gone, and the logger says so.
subtest 'lines lost in the middle' => sub {
	for my $name (qw(out-tls-bsd in-sessions out-reuse hops restart
	    postfix-3.11/out-reuse)) {
		my @l = split /^/, log_text($name);
		my @whole = records(trace(put("$dir/whole.log", @l)));
		my %tls = map { ("$_->{type} $_->{qid} " . ($_->{to} // '') . ' ' .
		    ($_->{time} // '')) => $_ } @whole;
		my $n = 0;

		for my $k (1 .. 6) {
			my $from = int(@l * $k / 7.5);
			my $to = $from + 3 + $k;
			$to = $#l if $to > $#l;
			my $stamp = $l[$to] =~ /^(\d{4}\S+|.{15})/ ? $1 : '';
			my @cut = (@l[0 .. $from - 1],
			    "$stamp mx rsyslogd: imuxsock lost 99 messages from pid 77 due to rate-limiting\n",
			    @l[$to .. $#l]);
			for my $r (records(trace(put("$dir/lost.log", @cut)))) {
				next if $r->{type} ne 'delivery' ||
				    $r->{tls} eq 'unknown';
				my $w = $tls{"$r->{type} $r->{qid} $r->{to} $r->{time}"}
				    or next;
				next if $w->{tls} eq $r->{tls};
				$n++;
				diag("$name, $from to $to: $r->{qid} $r->{to} ",
				    "$r->{tls} $r->{tls_why}, not $w->{tls} ",
				    $w->{tls_why});
			}
		}
		is($n, 0, $name);
	}
};

subtest 'two hosts' => sub {
	for my $name (qw(hops-two-files queue-life-iso out-tls-iso in-sessions
	    forwards)) {
		my $text = log_text($name);
		(my $other = $text) =~ s/^((?:<\d+>1 )?(?:\w{3} [ \d]\d [\d:]{8}|\d{4}-\S+)) \S+ /$1 other /mg;
		my $a = trace(put("$dir/a.log", $text));
		my $b = trace(put("$dir/b.log", $other));
		my $both = trace("$dir/a.log", "$dir/b.log");

		# A reply names the queue ID of either: hops may be unknown.
		my $strip = sub {
			my ($t) = @_;
			$t =~ s/,"(?:next_host|path|parent|parent_why)":"[^"]*"//g;
			$t =~ s/,"hop":\d+//g;
			return join '', grep { !/^\{"type":"link"/ } split /^/, $t;
		};
		same(norm($strip->($both)), norm($strip->($a . $b)),
		    "$name: nothing of one is taken for the other's");
	}
};

# Two hosts an hour apart, by their clocks.
sub hop_log {
	my ($skew) = @_;
	my $at = sub {
		my $s = 10 * 3600 + $_[0];
		return sprintf 'Sep  1 %02d:%02d:%02d', $s / 3600, $s / 60 % 60,
		    $s % 60;
	};
	my ($a, $b) = ($at->(3600), $at->(3600 + $skew));

	return (<<A, <<B);
$a out postfix/pickup[1]: 0000A14020A: uid=1000 from=<ann>
$a out postfix/cleanup[2]: 0000A14020A: message-id=<1\@out.example.org>
$a out postfix/qmgr[3]: 0000A14020A: from=<ann\@example.org>, size=10, nrcpt=1 (queue active)
$a out postfix/smtp[4]: 0000A14020A: to=<bob\@example.com>, relay=mx.example.com[203.0.113.5]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 0000B14020A)
$a out postfix/qmgr[3]: 0000A14020A: removed
A
$b mx postfix/smtpd[5]: connect from out.example.org[198.51.100.5]
$b mx postfix/smtpd[5]: 0000B14020A: client=out.example.org[198.51.100.5]
$b mx postfix/cleanup[6]: 0000B14020A: message-id=<1\@out.example.org>
$b mx postfix/qmgr[7]: 0000B14020A: from=<ann\@example.org>, size=10, nrcpt=1 (queue active)
$b mx postfix/local[8]: 0000B14020A: to=<bob\@example.com>, relay=local, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (delivered to mailbox)
$b mx postfix/qmgr[7]: 0000B14020A: removed
$b mx postfix/smtpd[5]: disconnect from out.example.org[198.51.100.5] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5
B
}

# parent_why of 0000B14020A, by its own record or a link record.
sub linked {
	my @r = grep { ($_->{qid} // '') eq '0000B14020A' &&
	    defined $_->{parent} } records($_[0]);

	return @r ? "$r[0]{parent_why} $r[0]{parent}" : 'none';
}

subtest 'clocks that differ' => sub {
	for my $skew (0, 1, -1, 3590, -3590) {
		my ($out, $mx) = hop_log($skew);
		my @f = (put("$dir/out.log", $out), put("$dir/mx.log", $mx));
		is(linked(trace(@f)),
		    'queued-as out/postfix/0000A14020A/2026-09-01T11:00:00Z',
		    "$skew s");
		is(linked(trace(reverse @f)), linked(trace(@f)),
		    "$skew s, the other way");
	}
	for my $skew (3700, -3700) {
		my ($out, $mx) = hop_log($skew);
		is(linked(trace(put("$dir/out.log", $out),
		    put("$dir/mx.log", $mx))), 'none', "$skew s: too far");
	}
	# The message behind it in time keeps the log going.
	my ($out, $mx) = hop_log(3590);
	is(linked(trace(put("$dir/out.log", $out, map { "Sep  1 11:$_:00 out postfix/qmgr[3]: 0000C14020A: removed\n" } 10 .. 59), put("$dir/mx.log", $mx))),
	    'queued-as out/postfix/0000A14020A/2026-09-01T11:00:00Z',
	    'the parent was written long ago');
};

# A central log, with a host whose clock is ahead, goes on in the next file.
subtest 'rotated while a clock is ahead' => sub {
	my $q = '0000A14020A';
	my $far = sub { "Sep  1 $_[0] far postfix/qmgr[1]: 0000F14020A: from=<x\@example.org>, size=1, nrcpt=1 (queue active)\n" };
	my $mx = sub { "Sep  1 $_[0] mx postfix/$_[1]\n" };
	my $c = 'c.example.net[192.0.2.10]';
	my $older = $mx->('09:50:00', 'anvil[3]: statistics: max cache size 1 at Sep  1 09:40:00') . $far->('10:09:50') .
	    $mx->('09:59:58', "smtpd[9]: connect from $c") .
	    $mx->('09:59:58', "smtpd[9]: Anonymous TLS connection established from $c: TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)") . $far->('10:09:58');
	my $newer = $mx->('10:00:02', "smtpd[9]: $q: client=$c") . $mx->('10:00:02', "cleanup[4]: $q: message-id=<1\@x>") . $far->('10:10:05') .
	    $mx->('10:00:06', "smtpd[9]: disconnect from $c ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7");
	my $read = sub {
		my @f = map { put("$dir/$_->[0]", $_->[1]) } @_;
		my @order = map { (m{/([^/"]+)","off}) [0] . ':' . (/"line":(\d+)/)[0] } grep { /"type":"event"/ } split /\n/, run('mxlog', @opt, @f)->{out};
		my ($m) = grep { $_->{type} eq 'message' && $_->{qid} eq $q } records(trace(@f));
		my @piece = map { put("$_.piece", run('mxtrace', @opt, '--partial', $_)->{out}) } @f;
		is(without(run('mxtrace', @opt, @piece)->{out}, 'source'), without(run('mxtrace', @opt, @f)->{out}, 'source'), 'the same by pieces');
		unlink @f, @piece;
		return (join(' ', @order), "$m->{tls} $m->{tls_why}");
	};
	my $all = join ' ', (map { "m.log.1:$_" } 1 .. 5), map { "m.log:$_" } 1 .. 4;

	for my $turn (0, 1) {
		my @f = ([ 'm.log.1', $older ], [ 'm.log', $newer ]);
		my ($order, $tls) = $read->($turn ? reverse @f : @f);
		is($order, $all, 'one file behind the other');
		is($tls, 'encrypted handshake', 'the handshake stands before the message');
	}
	my ($order) = $read->([ 'm.log.1', $older ], [ 'other.log', $newer ]);
	like($order, qr/other.log:1 .*m.log.1:5/, 'another log is read beside it');
	($order) = $read->([ 'm.log.1', $older . $far->('12:00:00') . $mx->('11:59:59', 'anvil[3]: statistics: max cache size 1 at Sep  1 09:40:00') ], [ 'm.log', $newer ]);
	like($order, qr/m.log:4 .*m.log.1:7/, 'files that overlap by hours are read side by side');
	# However far it is ahead, as where stamps of several zones have none.
	my $day = sub { $_[0] =~ s/^Sep  1(?= \S+ far)/Sep  2/gmr };
	my @far = $read->([ 'm.log.1', $day->($older) ], [ 'm.log', $day->($newer) ]);
	is("@far", "$all encrypted handshake", 'a day ahead');
	# And the file after the next one does not come before it.
	my $last = $mx->('11:00:00', 'anvil[3]: statistics: max cache size 1 at Sep  1 09:40:00') . $day->($far->('11:10:00'));
	my @three = ([ 'm.log.2', $day->($older) ], [ 'm.log.1', $day->($newer) ], [ 'm.log', $last ]);
	($order) = $read->(@three);
	is($order, join(' ', map({ "m.log.2:$_" } 1 .. 5), map({ "m.log.1:$_" } 1 .. 4), map { "m.log:$_" } 1 .. 2), 'three files');
	# Nor does it wait until all other logs have ended.
	my $ends = join '', map { "Sep  1 $_ out postfix/anvil[3]: statistics: max cache size 1 at Sep  1 09:40:00\n" } '09:00:00', '10:30:00', '11:30:00';
	($order) = $read->(@three, [ 'out.log', $ends ]);
	is($order =~ s/ (m\S+)(?: m\S+)* (m\S+)(?= |$)/ $1-$2/gr, 'out.log:1 m.log.2:1-m.log.1:2 out.log:2 m.log.1:3-m.log:1 out.log:3 m.log:2', 'beside another log');
	# Two logs under names of one: the older one has nothing of that host.
	($order) = $read->([ 'm.log.1', join '', map { $far->($_) } qw(09:59:00 10:30:00 11:30:00) ], [ 'm.log', $newer =~ s/^.* far .*\n//gmr ]);
	is($order, 'm.log.1:1 m.log.1:2 m.log:1 m.log:2 m.log:3 m.log.1:3', 'logs of two hosts');
};

subtest 'late lines' => sub {
	my $base = <<'LOG';
Sep  1 10:00:00 mx postfix/smtpd[100]: connect from c.example.net[192.0.2.10]
Sep  1 10:00:00 mx postfix/smtpd[100]: 1E24014020A: client=c.example.net[192.0.2.10]
Sep  1 10:00:00 mx postfix/cleanup[101]: 1E24014020A: message-id=<1@c.example.net>
Sep  1 10:00:00 mx postfix/qmgr[1]: 1E24014020A: from=<a@example.net>, size=1, nrcpt=1 (queue active)
Sep  1 10:00:01 mx postfix/qmgr[1]: 1E24014020A: removed
LOG
	my $late = sub {
		my ($s) = @_;
		return "Sep  1 10:00:$s mx postfix/smtp[77]: 1E24014020A: to=<b\@example.org>, relay=mx1.example.org[198.51.100.25]:25, delay=0.4, delays=0.1/0/0.2/0.1, dsn=2.0.0, status=sent (250 ok)\n";
	};
	for my $c ([ '01', 1 ], [ '11', 1 ], [ '12', 2 ], [ '40', 2 ]) {
		my @m = grep { $_->{type} eq 'message' } records(trace(
		    put("$dir/late.log", $base . $late->($c->[0]))));
		is(scalar @m, $c->[1], "10 s after removed: $c->[0]");
		is($m[0]{status}, $c->[1] == 1 ? 'sent' : 'unknown',
		    "$c->[0]: its status");
	}
	# An arrival is another message at once.
	my @m = grep { $_->{type} eq 'message' } records(trace(
	    put("$dir/late.log", $base . "Sep  1 10:00:05 mx postfix/pickup[9]: 1E24014020A: uid=0 from=<x>\n")));
	is(scalar @m, 2, 'an arrival 4 s after removed');
	# A line that steps back is no earlier in the order, but keeps its time.
	my @l = split /^/, $base;
	my $r = trace(put("$dir/back.log", @l[0 .. 3], $l[4] =~ s/:01 /:30 /r,
	    $late->('20')));
	@m = records($r);
	is(scalar(grep { $_->{type} eq 'message' } @m), 1, 'stepped back');
	is($m[1]{time}, '2026-09-01T10:00:20Z', 'its own time');
};

done_testing();
