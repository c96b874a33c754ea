#!/usr/bin/perl

# The same log in every container and framing is the same trace; damage
# keeps what is round it; every line is counted; --prefix, --host-alias,
# --unknown.

use strict;
use warnings;
use lib 't';
use JSON::PP;
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8;
my $dir = dir();
my $log = "$dir/plain.log";
my @l = grep { /^\d{4}-/ } map { split /^/, slurp($_) }
    glob 'samples/lab/{out-tls-iso,in-tls-iso,queue-life-iso}.log';

plan skip_all => 'no samples' unless @l;
@l = sort { substr($a, 0, 32) cmp substr($b, 0, 32) } @l;
put($log, @l);

# Records without the place of their lines.
sub norm {
	my ($text) = @_;
	my @r;

	for (split /\n/, without($text, 'source')) {
		s/,"(?:src|refs|tls_src)":"[^"]*"//g;
		s/,"(?:off|len|line|tls_off|tls_len)":[0-9]+//g;
		push @r, $_;
	}
	return join "\n", @r;
}

sub trace { return run('mxtrace', '-q', @_) }

my $whole = trace($log);
my $want = norm($whole->{out});
is($whole->{status}, 0, 'the plain file');
like($want, qr/"type":"delivery"/, 'has deliveries');

sub same {
	my ($name, $got, $w) = @_;
	my $norm = norm($got->{out});

	$w //= $want;
	is($got->{status}, 0, "$name: status") or diag($got->{err});
	return ok(1, $name) if $norm eq $w;
	my @g = split /\n/, $norm;
	my @x = split /\n/, $w;
	my $i = 0;
	$i++ while $i < @g && $i < @x && $g[$i] eq $x[$i];
	ok(0, $name);
	diag("record $i\nwant ", $x[$i] // '-', "\ngot  ", $g[$i] // '-');
	return 0;
}

sub have { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

subtest 'containers' => sub {
	my $half = int(@l / 2);

	put("$dir/first.log", @l[0 .. $half - 1]);
	put("$dir/second.log", @l[$half .. $#l]);
	for my $c ([ 'gzip', 'gz', 'gzip -c' ], [ 'xz', 'xz', 'xz -c' ],
	    [ 'zstd', 'zst', 'zstd -qc' ], [ 'bzip2', 'bz2', 'bzip2 -c' ]) {
		SKIP: {
			skip "no $c->[0]", 1 unless have($c->[0]);
			system "$c->[2] <$log >$dir/a.$c->[1]";
			same($c->[0], trace("$dir/a.$c->[1]"));
			same("$c->[0] on standard input", trace('-', { from => "$dir/a.$c->[1]" }));
			put("$dir/noname", slurp("$dir/a.$c->[1]"));
			same("$c->[0] without a suffix", trace("$dir/noname"));
		}
	}
	system "(gzip -c <$dir/first.log; gzip -c <$dir/second.log) >$dir/two.gz";
	same('two gzip members', trace("$dir/two.gz"));
	system "cd $dir && mkdir -p in && cp first.log second.log in && tar cf a.tar in && tar czf a.tgz in";
	same('tar', trace("$dir/a.tar"));
	same('tar.gz', trace("$dir/a.tgz"));
	same('a directory', trace("$dir/in"));
	SKIP: {
		skip 'no zip', 1 unless have('zip');
		system "cd $dir && zip -qr a.zip in";
		same('zip', trace("$dir/a.zip"));
	}
	system "cd $dir && gzip -kf first.log && mkdir -p gz && cp first.log.gz second.log gz && tar cf b.tar gz";
	same('a directory of both kinds', trace("$dir/gz"));
	same('gzip in tar', trace("$dir/b.tar"));
	same('standard input', trace('-', { from => $log }));
	same('a pipe', sh('sh', '-c', "cat $log | " . tool_path('mxtrace') . ' -q'));
	same('CR LF', trace(put("$dir/crlf.log", map { s/\n/\r\n/r } @l)));
	# What programs that show logs put before each line.
	for my $c ([ 'docker compose', 'postfix-mailcow-1  | ' ], [ 'in colours', "\e[36mpostfix-1  |\e[0m " ],
	    [ 'kubectl logs --prefix', '[pod/postfix-0/postfix] ' ], [ 'grep -H', '/var/log/mail.log.1:' ], [ 'blanks', '  ' ]) {
		same($c->[0], trace(put("$dir/label.log", map { "$c->[1]$_" } @l)));
	}
	my $n = 0;
	same('grep -n', trace(put("$dir/label.log", map { ++$n . ":$_" } @l)));
	same('docker logs -t', trace(put("$dir/label.log", map { "2026-01-01T00:00:00.123456789Z $_" } @l)));
	same('no newline at the end', trace(put("$dir/nonl.log", join('', @l) =~ s/\n\z//r)));
	same('both files', trace("$dir/second.log", "$dir/first.log"));
};

# Parts of a line: stamp, host, tag, pid, text.
sub parts { return $_[0] =~ /^(\S+) (\S+) ([^\[\s]+)\[(\d+)\]: (.*)\n/ }

# Microseconds since the epoch of a stamp in UTC.
sub usec {
	my ($y, $m, $d, $H, $M, $S, $us) = $_[0] =~
	    /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d{6})/;
	require Time::Local;
	return Time::Local::timegm($S, $M, $H, $d, $m - 1, $y) . $us;
}

subtest 'framings' => sub {
	my @m = grep { defined $_->[4] } map { [ parts($_) ] } @l;
	my $raw = JSON::PP->new->latin1->canonical;

	is(scalar @m, scalar @l, 'every line is taken apart');
	same('RFC 5424', trace(put("$dir/f", map { "<22>1 $_->[0] $_->[1] $_->[2] $_->[3] - - $_->[4]\n" } @m)));
	same('PRI before an ISO stamp', trace(put("$dir/f", map { "<22>$_->[0] $_->[1] $_->[2]\[$_->[3]]: $_->[4]\n" } @m)));
	same('journalctl -o json', trace(put("$dir/f", map { $raw->encode({
	    __REALTIME_TIMESTAMP => usec($_->[0]) . '', _HOSTNAME => $_->[1],
	    SYSLOG_IDENTIFIER => $_->[2], SYSLOG_PID => $_->[3], PRIORITY => '6',
	    MESSAGE => $_->[4] =~ /[\x80-\xff]/ ? [ map { ord } split //, $_->[4] ] : $_->[4] }) . "\n" } @m)));
	same('journalctl -o export', trace(put("$dir/f", map { '__REALTIME_TIMESTAMP=' . usec($_->[0]) .
	    "\n_HOSTNAME=$_->[1]\nSYSLOG_IDENTIFIER=$_->[2]\nSYSLOG_PID=$_->[3]\n" .
	    ($_->[4] =~ /[\x80-\xff]/ ? "MESSAGE\n" . pack('Q<', length $_->[4]) . "$_->[4]\n" : "MESSAGE=$_->[4]\n") . "\n" } @m)));
	my @box = map { my $in = "$_->[0] $_->[1] $_->[2]\[$_->[3]]: $_->[4]"; [ $_->[0] =~ s/\+00:00$/Z/r, $in ] } @m;
	same('CRI', trace(put("$dir/f", map { "$_->[0] stdout F $_->[1]\n" } @box)));
	same('CRI in pieces', trace(put("$dir/f", map { my $k = 40 + length($_->[1]) % 50;
	    "$_->[0] stdout P " . substr($_->[1], 0, $k) . "\n$_->[0] stdout F " . substr($_->[1], $k) . "\n" } @box)));
	my @ascii = grep { $_->[1] !~ /[\x80-\xff]/ } @box;
	my $w = norm(trace(put("$dir/g", map { "$_->[1]\n" } @ascii))->{out});
	same('docker', trace(put("$dir/f", map { $raw->encode({ log => "$_->[1]\n",
	    stream => 'stdout', time => $_->[0] }) =~ s/</\\u003c/gr =~ s/>/\\u003e/gr . "\n" } @ascii)), $w);
	# Stamps without fractions and year.
	my $bsd = sub { my ($d, $t) = $_[0] =~ /-(\d\d)T(\d\d:\d\d:\d\d)/; sprintf 'Nov %2d %s', $d, $t };
	SKIP: {
		skip 'the samples are of another month', 2 if grep { $_->[0] !~ /^2026-11/ } @m;
		my @b = map { $bsd->($_->[0]) . " $_->[1] $_->[2]\[$_->[3]]: $_->[4]\n" } @m;
		my $want = norm(trace('-y', 2026, '-z', 'UTC', put("$dir/b", @b))->{out});
		same('PRI before a BSD stamp', trace('-y', 2026, '-z', 'UTC', put("$dir/f", map { "<22>$_" } @b)), $want);
		same('a day padded with zero', trace('-y', 2026, '-z', 'UTC', put("$dir/f", map { s/^Nov  /Nov 0/r } @b)), $want);
		same('Solaris', trace('-y', 2026, '-z', 'UTC', put("$dir/f", map { s/\]: /]: [ID 197553 mail.info] /r } @b)), $want);
		same('FreeBSD -v', trace('-y', 2026, '-z', 'UTC', put("$dir/f", map { s/^(.{15}) /$1 <mail.info> /r } @b)), $want);
	}
	# Every line in another framing.
	my $i = 0;
	same('mixed', trace(put("$dir/f", map { my $k = $i++ % 4;
	    $k == 0 ? "<22>1 $_->[0] $_->[1] $_->[2] $_->[3] - - $_->[4]\n" :
	    $k == 1 ? "$_->[0] $_->[1] $_->[2]\[$_->[3]]: $_->[4]\n" :
	    $k == 2 ? $_->[0] =~ s/\+00:00/Z/r . " stdout F $_->[0] $_->[1] $_->[2]\[$_->[3]]: $_->[4]\n" :
	    "<22>$_->[0] $_->[1] $_->[2]\[$_->[3]]: $_->[4]\n" } @m)));
	same('--prefix', trace('--prefix', '^(?<pid>\d+)\|(?<tag>[^|]+)\|(?<host>[^|]+)\|(?<stamp>[^|]+)\|(?<text>.*)$',
	    put("$dir/f", map { "$_->[3]|$_->[2]|$_->[1]|$_->[0]|$_->[4]\n" } @m)));
};

subtest 'damage' => sub {
	my $third = int(@l / 3);
	my @part = map { my ($a, $b) = @$_; join '', @l[$a .. $b] }
	    [ 0, $third ], [ $third + 1, 2 * $third ], [ 2 * $third + 1, $#l ];
	my @gz = map { put("$dir/p", $_); my $g = `gzip -nc $dir/p`; $g } @part;

	my $count = sub { my ($o) = @_; my @d = $o =~ /"type":"delivery"/g; return scalar @d };
	my ($first, $last) = map { $count->(trace(put("$dir/p", $_))->{out}) } @part[0, 2];
	my $bad = $gz[1];
	substr $bad, length($bad) / 2, 200, "\xff" x 200;
	my $r = trace(put("$dir/d.gz", $gz[0], $bad, $gz[2]));
	is($r->{status}, 2, 'damaged in the middle: status');
	like($r->{err}, qr/d\.gz: offset \d+: /, 'the file and the offset');
	cmp_ok($count->($r->{out}), '>=', $first + $last, 'what is before and behind is read');
	like($r->{out}, qr/"type":"source".*"damaged":"damaged"/, 'the source record says so');
	$r = trace(put("$dir/d.gz", $gz[0], substr $gz[1], 0, 500));
	is($r->{status}, 2, 'cut off: status');
	cmp_ok($count->($r->{out}), '>=', $first, 'what is before is read');
	$r = trace(put("$dir/d.gz", $gz[0], $gz[1], $gz[2], "trailing garbage\n"));
	cmp_ok($count->($r->{out}), '>=', $count->($whole->{out}), 'garbage behind the end');
	$r = trace(put("$dir/nul.log", @l[0 .. $third], "\0" x 5000, @l[$third + 1 .. $#l]));
	is($count->($r->{out}), $count->($whole->{out}), 'NUL bytes that a crash left');
	$r = trace(put("$dir/long.log", @l[0 .. $third], 'x' x 3_000_000, "\n", @l[$third + 1 .. $#l]));
	is($count->($r->{out}), $count->($whole->{out}), 'a line of three megabytes');
	$r = trace("$dir/none.log", $log);
	is($r->{status}, 2, 'a file that is not there: status');
	is($count->($r->{out}), $count->($whole->{out}), 'the others are read');
	is(trace(put("$dir/empty.log", ''))->{status}, 1, 'an empty file');
	is(trace(put("$dir/other.log", $other))->{status}, 1, 'nothing of Postfix');
};

subtest 'every line is counted' => sub {
	my @files = (glob('samples/lab/*.log'), glob('samples/bad/*.log'));
	my %line;

	put("$dir/mix.log", @l[0 .. 20], $other, "\n", "garbage\n", "-- Boot abc --\n",
	    "Sep  1 10:00:00 mx postfix/smtpd[5]: what is this\n");
	for my $f (@files, "$dir/mix.log") {
		my $r = run('mxtrace', '-q', '-y', 2026, $f);
		my (%sum, @cov);
		for (map { $js->decode($_) } grep { /^\{"type":"(?:source|coverage)"/ } split /\n/, $r->{out}) {
			my $n = 0;
			$n += $_->{$_[0]} // 0 for ();
			$n = $_->{understood} + $_->{ignored} + $_->{foreign} + $_->{unknown};
			is($n, $_->{lines}, "$f: $_->{type} adds up") if $n != $_->{lines};
			$sum{$_->{type}} += $_->{lines};
		}
		my $n = () = slurp($f) =~ /\n/g;
		is("$sum{source} $sum{coverage}", "$n $n", $f);
	}
};

# mail.log, mail.info and syslog of one daemon have the same lines.
subtest 'lines that several files have' => sub {
	my $trace = sub { [ grep { !/"type":"coverage"/ } split /\n/, norm($_[0]{out}) ] };
	my $one = $trace->($whole);
	my @other = map { sprintf "%s mx CRON[%d]: (root) CMD (true)\n", substr($_, 0, 32), $. // 1 } @l[map { $_ * 20 } 1 .. 20];
	my @sys = sort { substr($a, 0, 32) cmp substr($b, 0, 32) } @l, @other;
	my ($copy, $sys) = (put("$dir/mail.info", @l), put("$dir/syslog", @sys));
	# Second by second, and stamps that step back behind another program's.
	my @bsd = map { my ($H) = /T(\d\d:\d\d:\d\d)/; s/^\S+/Sep  1 $H/r } @l;
	my @late = @bsd;
	splice @late, $_ * 30, 0, $bsd[$_ * 30] =~ s/^(\S+ +\S+ \d\d:\d\d:)(\d\d) .*/sprintf "%s%02d mx CRON[1]: x", $1, $2 < 55 ? $2 + 4 : 59/er for 1 .. 3;

	for my $c ([ 'a copy', $copy ], [ 'with other lines in it', $sys ], [ 'both', $copy, $sys ]) {
		my ($name, @f) = @$c;
		my $r = run('mxtrace', $log, @f);
		is_deeply($trace->($r), $one, "$name: as from one");
		like($r->{err}, qr/^mxtrace: (\d+) lines stand in more than one file/m, "$name: said");
		is(($r->{err} =~ /: (\d+) lines stand/)[0], @l * @f, "$name: how many");
	}
	is_deeply($trace->(sh('sh', '-c', tool_path('mxlog') . " -q $log $copy | " . tool_path('mxtrace') . ' -q -')), $one, 'records of both');
	# More sources than one: each begins at its own time, also in records.
	my @many = map { my $from = $_ * 2; put("$dir/many$_.log", @l[$from .. $from + 3]) } 0 .. 99;
	my $direct = run('mxtrace', '-q', @many);
	is(without(run('mxtrace', '-q', '-', { in => run('mxlog', '-q', @many)->{out} })->{out}, 'source'), without($direct->{out}, 'source'), 'a hundred files, as records');
	is(without(run('mxtrace', '-q', map { put("$_.piece", run('mxtrace', '-q', '--partial', $_)->{out}) } @many)->{out}, 'source'), without($direct->{out}, 'source'), 'and as pieces');
	# Copies of a log made at two times, and one that was cut while it was written.
	my @busy = split /^/, slurp('samples/lab/burst.log');
	for my $c ([ 'the end of one is the beginning of the next', 0 .. 149, 120 .. 338 ], [ 'one is in the other', 0 .. 338, 110 .. 200 ], [ 'no line', 0 .. 124, 125 .. 338 ]) {
		my ($name, @i) = @$c;
		my ($cut) = grep { $i[$_] < $i[$_ - 1] || ($i[$_] == 125 && $name eq 'no line') } 1 .. $#i;
		my @f = (put("$dir/o.log.1", @busy[@i[0 .. $cut - 1]]), put("$dir/o.log", @busy[@i[$cut .. $#i]]));
		my $to = sub { return join "\n", sort map { join ' ', map { $_ // '-' } @{$js->decode($_)}{qw(qid to status tls pid delay reply)} } grep { /"type":"delivery"/ } split /\n/, trace('-y', 2026, '-z', 'UTC', @_)->{out} };
		is($to->(@f), $to->('samples/lab/burst.log'), "overlap: $name");
	}
	put("$dir/b.log", @bsd);
	is_deeply($trace->(trace('-y', 2026, '-z', 'UTC', "$dir/b.log", put("$dir/c.log", @late))), $trace->(trace('-y', 2026, '-z', 'UTC', "$dir/b.log")), 'stamps without fractions, out of order');

	# What is no copy: deliveries of one message, by files.
	my ($n, $r);
	my $d = sub {
		$n = 0;
		my @f = map { put("$dir/t" . $n++ . '.log', @$_) } @_;
		$r = run('mxtrace', '-y', 2026, '-z', 'UTC', @f);
		my $piped = run('mxtrace', '-', { in => run('mxlog', '-y', 2026, '-z', 'UTC', @f)->{out} });
		is(without($piped->{out}, 'source'), without($r->{out}, 'source'), 'mxlog | mxtrace') or diag("@f");
		return (() = $r->{out} =~ /"type":"delivery"/g) . ($r->{err} =~ /more than one file/ ? ' said' : '') .
		    ($r->{err} =~ /^mxtrace: \d+ deliveries and arrivals COUNT TWICE/m ? ' twice' : '');
	};
	my $to = "Sep  1 10:00:05 mx postfix/smtp[7]: 1E240140202: to=<bob\@example.org>, relay=a[192.0.2.1]:25, delay=1, delays=1/0/0/0, dsn=4.0.0, status=deferred (host a[192.0.2.1] said: 450 no)\n";
	is($d->([ $to ], [ $to ]), '1 said', 'the same line');
	is($d->([ $to, $to ]), '2', 'twice in one file');
	is($d->([ $to, $to ], [ $to, $to, $to ]), '3 said', 'twice and three times');
	is($d->([ $to, $to, $to ], [ $to, $to ]), '3 said', 'the other way round');
	is($d->([ $to ], [ $to =~ s/smtp\[7/smtp[8/r ]), '2', 'by another process');
	is($d->([ $to ], [ $to =~ s/:05/:08/r ]), '2', 'three seconds later');
	# Two loggers stamp one line, each as it likes.
	my $iso = sub { return $_[0] =~ s/^Sep  1 (\S+)/2026-09-01T$1.$_[1]Z/mgr };
	is($d->([ $to ], [ $to =~ s/:05/:07/r ]), '1 said', 'two seconds later');
	is($d->([ $to ], [ $iso->($to, 123) ]), '1 said', 'in another format');
	is($d->([ $to ], [ $iso->($to, 123) ], [ $iso->($to, 456) ], [ $to ]), '1 said', 'in two others');
	is($d->([ $to ], [ $iso->($to, 123), $iso->($to, 456) ]), '2 said', 'once and twice');
	like($r->{out}, qr/^\{"type":"coverage".*"lines":3,.*"copies":1,/m, 'and in the coverage record');
	unlike(run('mxtrace', '-q', '-y', 2026, '-z', 'UTC', "$dir/t0.log")->{out}, qr/copies/, 'or none');
	is($d->([ $to, $to =~ s/:05/:06/r ]), '2', 'in one file');
	is($d->([ $to ], [ $to =~ s/^Sep  1 (\S+)/2026-09-01T$1.123Z/r =~ s/450 no/450 on/r ]), '2', 'in another format, with another reply');
	is($d->([ $to ], [ $iso->($to =~ s/10:00/08:00/r, 7) ]), '2 twice', 'two hours before, by another zone');
	like($r->{err}, qr/1 deliveries and arrivals COUNT TWICE.* 120 minutes apart.* -z$/m, 'said as that');
	is($d->([ $to ], [ $iso->($to =~ s/10:00/15:30/r, 7) ]), '2 twice', 'five and a half hours');
	is($d->([ $to ], [ $iso->($to =~ s/10:00/08:05/r, 7) ]), '2', 'as no zones differ');
	is($d->([ $to, $to =~ s/10:00/12:00/r ]), '2', 'two hours later in one file');
	is($d->([ $to ], [ $iso->($to =~ s/10:00/08:00/r =~ s/delay=1,/delay=2,/r, 7) ]), '2', 'another attempt, two hours before');
	is($d->([ $to ], [ $to =~ s/ mx / my /r ]), '2 twice', 'on another host, or under its other name');
	is($d->([ $to, $to =~ s/ mx / my /r ]), '2', 'the same in one file');
	is($d->([ $to ], [ $to =~ s/ mx / my /r =~ s/:05/:08/r ]), '2', 'on another host, later');
	is($d->([ $to ], [ $to =~ s/450 no/450 on/r ]), '2', 'with another reply');
	is($d->([ $to ], [ $to =~ s{postfix/smtp}{postfix/relay/smtp}r ]), '2', 'by another service');

	# What a process may say again: the next file of a log has it again.
	my $no = "Sep  1 10:00:05 mx postfix/smtpd[8]: NOQUEUE: reject: RCPT from a[192.0.2.2]: 450 4.1.1 <x\@example.org>: Recipient address rejected: later; from=<y\@example.net> to=<x\@example.org> proto=SMTP helo=<a>\n";
	my $rejects = sub { $d->(@_); return () = $r->{out} =~ /"qid":"NOQUEUE"/g };
	(my $refused = $no) =~ s/NOQUEUE/1E240140202/;
	is($d->([ $refused ], [ $iso->($refused, 1) ]), '1 said', 'but not for a message');
	is($rejects->([ $to, $no ], [ $no =~ s/:05/:06/r, $to =~ s/:05/:30/r ]), 2, 'a log that was rotated');
	is($rejects->([ $to, $no, $no =~ s/:05/:40/r ], [ $iso->($to, 1), $iso->($no, 2), $iso->($no =~ s/:05/:40/r, 3) ]), 2, 'two loggers');
	is($rejects->([ $no, $to, $no =~ s/:05/:40/r ], [ $iso->($no, 1), $iso->($to, 2), $iso->($no =~ s/:05/:40/r, 3) ]), 3, 'but for their first line');
	is($rejects->([ $to, $no =~ s/:05/:40/r ], [ $iso->($to, 1), $iso->($no =~ s/:05/:43/r, 3) ]), 2, 'three seconds apart');
	is($rejects->([ $to, map { $no =~ s/:05/:$_/r } 40, 40, 41 ], [ $iso->($to, 1), map { $iso->($no =~ s/:05/:$_/r, 7) } 40, 40, 41 ]), 3, 'three times in both');
};

# The lab's logs by rsyslog in two formats: as a journal and a log of it.
subtest 'the same lines by two loggers' => sub {
	my @real = split /^/, slurp('samples/lab/in-tls-iso.log');
	my @bsd = map { my ($y, $m, $d, $H) = /^(\d+)-(\d\d)-(\d\d)T([\d:]+)/;
	    sprintf '%s %2d %s%s', (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$m - 1], $d, $H, substr $_, index $_, ' ' } @real;
	my $year = substr $real[0], 0, 4;
	my ($a, $b) = (put("$dir/journal.txt", @real), put("$dir/mail2.log", @bsd));
	my $hops = sub { return join "\n", sort map { join ' ', map { $_ // '-' } @{$js->decode($_)}{qw(type trace to status tls tls_why relay client_addr)} }
	    grep { /^\{"type":"(?:message|delivery)"/ } split /\n/, run('mxtrace', '-q', '-y', $year, '-z', 'UTC', @_)->{out} };
	is($hops->($a, $b), $hops->($a), 'hops');
	is($hops->($b, $a), $hops->($a), 'hops, the other way round');
	my @lost = map { s{^(\S+) (\S+) (\w[\w-]*)\S*?\[(\d+)\]:}{<22>1 $1 $2 $3 $4 - - }r } @real;
	my $n = sub { return () = $hops->(@_) =~ /^delivery/mg };
	is($n->($a, put("$dir/lost.log", @lost)), $n->($a), 'deliveries, where one framing lost the program');
	like(run('mxtrace', '-z', 'UTC', $a, "$dir/lost.log")->{err}, qr/^mxtrace: \d+ lines stand in more than one file/m, 'said');
	# One log in two pieces has no copies, wherever it is cut.
	my @life = split /^/, slurp('samples/lab/queue-life-bsd.log');
	my @copied = grep { run('mxtrace', '-q', '-y', $year, '-z', 'UTC', put("$dir/life.log.1", @life[0 .. $_ - 1]), put("$dir/life.log", @life[$_ .. $#life]))->{out} =~ /"copies"/ } map { $_ * 23 } 1 .. $#life / 23;
	is("@copied", '', 'no copies in what was cut');
	my $r = run('mxreport', '-q', '-y', $year, '-z', 'UTC', '-p', 'no-plaintext', '-o', 'text', $a, $b);
	like($r->{out}, qr/^ *\d+ lines stand in more than one of the files/m, 'the report says so');
	unlike(run('mxreport', '-q', '-p', 'no-plaintext', '-o', 'text', $a)->{out}, qr/more than one of the files/, 'or not');
	like(run('mxgrep', '-y', $year, '-z', 'UTC', 'status=sent', $a, $b)->{err}, qr/\d+ in more than one file/, 'so does mxgrep');
};

# Templates of rsyslog add a blank to that of %msg%; and what we cannot frame
# is not said to be none of Postfix's.
subtest 'lines with one more blank, and unknown framings' => sub {
	same('two blanks before the text', trace(put("$dir/two.log", map { s/\]: /]:  /r } @l)));
	for my $c ([ 'a level before the tag', 'info postfix/smtpd[5]: connect from x[192.0.2.1]', 'unknown' ],
	    [ 'a stamp in a stamp', 'Nov 29 09:00:00 mx postfix/smtpd[5]: connect from x[192.0.2.1]', 'unknown' ],
	    [ 'another program', 'fail2ban.filter[3]: INFO [postfix] Found 192.0.2.1', 'foreign' ],
	    [ 'another one', 'sshd[3]: Invalid user postfix from 192.0.2.1', 'foreign' ],
	    [ 'a path', 'CRON[3]: (root) CMD (/usr/lib/postfix/sbin/x [1]: )', 'foreign' ]) {
		my ($name, $text, $class) = @$c;
		my ($r) = map { $js->decode($_) } grep { /"coverage"/ } split /\n/, trace('-y', 2026, put("$dir/odd.log", "Nov 29 09:00:00 mx $text\n"))->{out};
		is(join(' ', map { $r->{$_} } qw(lines foreign unknown)), $class eq 'foreign' ? '1 1 0' : '1 0 1', $name);
	}
};

subtest 'options' => sub {
	my $r = run('mxtrace', '-q', '-y', 2026, '--unknown', put("$dir/u.log",
	    "Sep  1 10:00:00 mx postfix/smtpd[5]: what is this\n",
	    "Sep  1 10:00:00 mx postfix/smtpd[5]: connect from x[192.0.2.1]\n",
	    "Sep  1 10:00:00 mx sshd[5]: what is this\n", "garbage\n"));
	my @e = map { $js->decode($_) } grep { /"type":"event"/ } split /\n/, $r->{out};
	is(join('|', map { "$_->{event} $_->{text}" } @e), 'unknown what is this', '--unknown');

	# One host under two names.
	my @half = map { $_ % 2 ? $l[$_] =~ s/ mx / mx.example.org /r : $l[$_] } 0 .. $#l;
	same('--host-alias', trace('--host-alias', 'mx.example.org=mx', put("$dir/h.log", @half)));
	my $apart = norm(trace("$dir/h.log")->{out});
	isnt($apart, $want, 'without it they are two hosts');
	same('--no-hash', trace('--no-hash', $log));
	same('--no-sandbox', trace('--no-sandbox', $log));
	same('the record form', sh('sh', '-c', tool_path('mxlog') . " -q $log | " . tool_path('mxtrace') . ' -q -'));
	same('the record form, TSV', sh('sh', '-c', tool_path('mxlog') . " -q -o tsv $log | " . tool_path('mxtrace') . ' -q -'));
};

done_testing();
