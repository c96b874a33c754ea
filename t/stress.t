#!/usr/bin/perl

# All tools but mxcarve on logs, records and queue files that chance has
# damaged: they end, with a status of their own; a pipe, standard input and
# tracing in pieces give the same answer; what is quoted is in the log.
# MX_STRESS=N runs N rounds.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;
use Stress;

my %built = map { $_ => 1 } tools();
plan skip_all => 'not all tools are built' if grep { !$built{$_} } qw(mxlog mxtrace mxtime mxgrep mxtls mxreport mxquote mxqueue);

my $dir = dir();
my @log = map { slurp($_) } sort(glob('samples/lab/*.log'), grep { !/\.(gz|want)$/ } glob 'samples/bad/*');
my @queue = map { slurp($_) } qw(samples/queue/400008000D samples/queue/milter), grep { -f } sort glob 'samples/queue/spool/*/*/*';
my @time = ('-q', '-y', 2026, '-z', 'UTC');
my @judge = ('-p', 'no-plaintext');

# Numbers, times and words that a parser may stumble over.
sub odd {
	return pick('0', '-1', '4294967296', '18446744073709551616', '9' x 40, '1e9', '', ' ', "\0", '[', ']', '<', '>', '()', '"', '\\', '\\u0000', "\xc2\x85",
	    "\xe2\x80\xae", "\xff", ': ', 'Feb 29 23:59:60', 'Dec 31 23:59:59', '2026-02-30T24:00:00Z', '0000-00-00T00:00:00Z', '9999-12-31T23:59:59.999999999+14:00',
	    'NOQUEUE', '4XyzAbc0001zzzz', 'postfix/smtpd', 'status=sent (250 2.0.0 Ok: queued as 3D091140203)', 'message repeated 4294967295 times: [ ', 'tls=secure:none!?/TLSv1.3');
}

# Some lines, in another order, twice, or with something odd in them.
sub text {
	my @l;

	for (1 .. 1 + any(3)) {
		my @from = split /^/, pick(@log);
		my $n = 1 + any(scalar @from);
		my $at = any(@from - $n + 1);

		push @l, @from[$at .. $at + $n - 1];
	}
	for (1 .. any(pick(1, 6, 60))) {
		my $i = any(scalar @l);
		my $how = any(8);

		if ($how == 0) {
			splice @l, $i, 1 + any(5) if @l > 20;
		} elsif ($how == 1) {
			splice @l, $i, 0, @l[any(scalar @l) .. any(scalar @l)], $l[any(scalar @l)];
		} elsif ($how == 2) {
			my $k = any(scalar @l);
			@l[$i, $k] = @l[$k, $i];
		} elsif ($how == 3) {
			my $odd = odd();
			my @w = split /(?<=[ =<\[,:])/, $l[$i];
			$w[any(scalar @w)] = $odd;
			$l[$i] = join '', @w;
		} elsif ($how == 4) {
			$l[$i] = damage($l[$i], 1 + any(3));
		} elsif ($how == 5) {
			$l[$i] =~ s/\n/pick("\r\n", '', "\0\n", "\n\n", "\n" . noise(1 + any(200)) . "\n")/e;
		} elsif ($how == 6) {
			$l[$i] =~ s/:\d\d /sprintf ':%02d ', any(60)/e;
		} else {
			substr($l[$i], any(length($l[$i]) + 1), 0) = pick(odd() x (1 + any(2000)), 'x' x any(70_000));
		}
	}
	return join '', @l;
}

sub all_tools {
	my ($what, @files) = @_;
	my @cmd = (['mxlog', @time], ['mxtrace', @time, '-e'], ['mxtrace', @time, '--partial'], ['mxtime', @time, pick([], ['-1'], ['-o', 'csv'], ['-o', 'body'], ['-o', 'timesketch'], ['-v'])->@*],
	    ['mxgrep', @time, pick(['-m', 'size>0'], ['-w', 'status=sent'], ['-c', 'type=message'], ['text~e.*r'])->@*], ['mxtls', @time, @judge, pick([], ['-a'], ['-o', 'tap'], ['-o', 'text'])->@*],
	    ['mxreport', @time, @judge, '--now', '2026-12-01T00:00:00Z', '-o', pick(qw(text html json csv tap tlsrpt))], ['mxquote', pick('-q', '-t', '-e')]);

	for my $c (@cmd) {
		my $r = run(@$c, @files);

		sound("$what: @$c", $r);
	}
	return;
}

sub anonymous { return without($_[0], 'source') =~ s/"((?:tls_)?src)":"(?:-|\Q$_[1]\E)/"$1":"/gr }

rounds(sanitized() ? 4 : 10, sub {
	my $text = text();
	my $f = put("$dir/mail.log", $text);

	keep_file($f);
	my $one = run('mxtrace', @time, $f);
	sound('mxtrace', $one) or return;
	my $r = run('mxtrace', @time, '-', { in => $text });
	same_bytes('from standard input', anonymous($r->{out}, $f), anonymous($one->{out}, $f)) if sound('from standard input', $r);
	my $events = run('mxlog', @time, $f);
	sound('mxlog', $events) or return;
	$r = run('mxtrace', @time, '-', { in => $events->{out} });
	same_bytes('mxlog | mxtrace', without($r->{out}, 'source'), without($one->{out}, 'source')) if sound('mxlog | mxtrace', $r);
	$r = run('mxgrep', '-q', 'type~.', '-', { in => $one->{out} });
	same_bytes('mxgrep of all', without($r->{out}, 'source'), without($one->{out}, 'source')) if $one->{out} ne '' && sound('mxgrep of all', $r);
	all_tools('a log', $f);

	# The same in two files, together and apart.
	my @l = split /^/, $text;
	my $cut = any(@l + 1);
	my @part = (put("$dir/mail.log.1", @l[0 .. $cut - 1]), put("$dir/mail.log.0", @l[$cut .. $#l]));
	my $both = run('mxtrace', @time, @part);
	my @piece = map { my $p = run('mxtrace', @time, '--partial', $_); sound('--partial', $p); put("$_.piece", $p->{out}) } @part;
	keep_file(@part);
	$r = run('mxtrace', @time, @piece);
	# --year is that of the first line of all files: apart, each needs its own.
	same_bytes('merged', without($r->{out}, 'source'), without($both->{out}, 'source'))
	    if sound('two files', $both) && sound('merged', $r) && $text !~ /[A-Z][a-z][a-z] [ \d]\d \d\d:/;
	put($piece[0], damage(slurp($piece[0]), 1 + any(3)));
	sound('a damaged piece', run('mxtrace', @time, @piece));

	$r = run('mxquote', '-aeq', '--root', '/', '-', { in => run('mxtrace', @time, '-e', $f)->{out} });
	if (sound('mxquote', $r)) {
		my %line = map { s/\r?\n?\z//r => 1 } @l;
		my @other = grep { !$line{s/\r\z//r} } split /\n/, $r->{out};

		wrong('quoted', $other[0]) if @other && $text !~ /\0|__CURSOR/;
	}
	# Records that are no longer what was written.
	for my $how ([], ['-o', 'tsv']) {
		my $records = damage(run('mxtrace', @time, '-e', @$how, $f)->{out}, 1 + any(8));
		my $g = put("$dir/records", $records);

		keep_file($g);
		all_tools('records', $g);
	}
	my $q = put("$dir/queue", damage(pick(@queue), any(6)));
	keep_file($q);
	for my $o ([], ['--dump'], ['--message'], ['--parts'], ['--extract', "$dir/x"], ['--shape', '--now', '2026-12-01T00:00:00Z'], ['-o', 'tsv']) {
		system('rm', '-rf', "$dir/x");
		sound("mxqueue @$o", run('mxqueue', '-q', @$o, $q));
	}
	sound('mxtrace of a queue file', run('mxtrace', @time, $q, $f));
});

done_testing();
