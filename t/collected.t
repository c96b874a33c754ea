#!/usr/bin/perl

# The same log as loggers and collectors store it: behind the stamps of
# multilog and svlogd, as socklog prints it, as the JSON of rsyslog, syslog-ng
# and others.  The same facts come out, at the right time: collected late is
# not logged late.

use strict;
use warnings;
use lib 't';
use IO::Socket::UNIX;
use JSON::PP;
use POSIX ();
use Socket ();
use Test::More;
use Mx;

my $js = JSON::PP->new->utf8->canonical;
my $dir = dir();
my @now = gmtime;
my $year = 1900 + $now[5];
my @zone = ('-y', $year, '-z', 'UTC');

sub have { return system("command -v $_[0] >/dev/null 2>&1") == 0 }

# Stamp, host, tag, pid, text of each line.
my @m = map { [ /^(.{15}) (\S+) ([^\[\s]+)\[(\d+)\]: (.*)$/ ] } split /\n/, $log;

is(scalar(grep { defined $_->[4] } @m), 23, 'every line is taken apart');

# Records without their places, and without how their time was found.
sub facts {
	my ($r) = @_;
	my $out = without($r->{out}, 'source', 'coverage');

	$out =~ s/,"(?:src|refs|tls_src|time_note)":"[^"]*"//g;
	$out =~ s/,"(?:off|len|line|tls_off|tls_len)":[0-9]+//g;
	return $out;
}

# For logs in the words of syslogd.
my @opt16 = ('-y', 2026, '-z', 'UTC');

sub trace { return run('mxtrace', '-q', '-e', @_) }

sub same {
	my ($name, $want, @lines) = @_;
	my @opt = ref $lines[0] ? @{ shift @lines } : ();
	my $r = trace(@opt, put("$dir/f.log", @lines));
	my $got = facts($r);

	is($r->{status}, 0, "$name: status") or diag($r->{err});
	return ok(1, $name) if $got eq $want;
	my @g = split /\n/, $got;
	my @w = split /\n/, $want;
	my $i = 0;
	$i++ while $i < @g && $i < @w && $g[$i] eq $w[$i];
	ok(0, $name);
	return diag("record $i\ngot  ", $g[$i] // '-', "\nwant ", $w[$i] // '-');
}

sub bsd { my ($m, $stamp) = @_; return ($stamp // $m->[0]) . " $m->[1] $m->[2]\[$m->[3]]: $m->[4]\n" }

my $plain = facts(trace(@zone, put("$dir/plain.log", map { bsd($_) } @m)));
like($plain, qr/"type":"delivery"/, 'the plain file has deliveries');

subtest 'stamps before the line' => sub {
	# What a logger gets now was written now.
	my $stamp = POSIX::strftime('%b %e %H:%M:%S', @now);
	my @line = map { bsd($_, $stamp) } @m;
	my @sock = map { "mail.info: $stamp $_->[2]\[$_->[3]]: $_->[4]\n" } @m;
	my $want = facts(trace(@zone, put("$dir/now.log", @line)));
	my $nohost = facts(trace(@zone, put("$dir/now.log", map { s/^mail\.info: //r } @sock)));

	like($nohost, qr/"type":"delivery"/, 'without host: deliveries');
	same('socklog', $nohost, \@zone, @sock);
	same('socklog of a net', $nohost, \@zone, map { "192.0.2.1: $_" } @sock);
	for my $c ([ 'svlogd -tt', '%Y-%m-%d_%H:%M:%S.25000 ' ], [ 'svlogd -ttt', '%Y-%m-%dT%H:%M:%S.25000 ' ]) {
		my $before = POSIX::strftime($c->[1], @now);

		same($c->[0], $want, \@zone, map { "$before$_" } @line);
		same("$c->[0] of socklog", $nohost, \@zone, map { "$before$_" } @sock);
	}
	SKIP: {
		skip 'no multilog', 1 unless have('multilog');
		for my $c ([ 'postlogd', $want, @line ], [ 'socklog', $nohost, @sock ]) {
			my ($name, $w, @l) = @$c;
			my $d = "$dir/multilog-$name";

			put("$dir/in", @l);
			system "multilog t $d <$dir/in";
			my @t = split /^/, slurp("$d/current");
			like($t[0], qr/^\@4000[0-9a-f]{20} /, 'multilog: a stamp in TAI');
			# It gives year and zone.
			same("multilog of $name", $w, @t);
			my $local = sh('sh', '-c', "TZ=UTC tai64nlocal <$d/current");
			same("tai64nlocal of $name", $w, \@zone, $local->{out});
		}
	}
};

# rsyslogd's own files, made by itself, and the JSON it makes of messages.
subtest 'rsyslogd' => sub {
	plan skip_all => 'no rsyslogd' unless -x '/usr/sbin/rsyslogd';
	my $sock = "$dir/s";

	put("$dir/r.conf", <<"END");
global(workDirectory="$dir")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$sock" RateLimit.Interval="0" UseSysTimeStamp="off")
template(name="json" type="string" string="%jsonmesg%\\n")
template(name="es" type="list") {
	constant(value="{\\"\@timestamp\\":\\"") property(name="timereported" dateFormat="rfc3339")
	constant(value="\\",\\"host\\":\\"") property(name="hostname")
	constant(value="\\",\\"tag\\":\\"") property(name="syslogtag" format="json")
	constant(value="\\",\\"message\\":\\"") property(name="msg" format="json") constant(value="\\"}\\n")
}
action(type="omfile" file="$dir/json" template="json")
action(type="omfile" file="$dir/es" template="es")
action(type="omfile" file="$dir/old" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="$dir/iso" template="RSYSLOG_FileFormat")
END
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDERR, '>', "$dir/r.err" or die;
		exec '/usr/sbin/rsyslogd', '-n', '-f', "$dir/r.conf", '-i', "$dir/r.pid" or die;
	}
	for (1 .. 100) { last if -S $sock; select undef, undef, undef, 0.1 }
	my $s = IO::Socket::UNIX->new(Type => Socket::SOCK_DGRAM(), Peer => $sock);
	if (!$s) {
		kill 'TERM', $pid;
		waitpid $pid, 0;
		plan skip_all => 'rsyslogd does not start here';
	}
	my $lines = sub { return -e $_[0] ? scalar(() = slurp($_[0]) =~ /\n/g) : 0 };
	$s->send("<22>$_->[0] $_->[2]\[$_->[3]]: $_->[4]") for @m;
	for (1 .. 100) { last if $lines->("$dir/iso") >= @m; select undef, undef, undef, 0.1 }
	kill 'TERM', $pid;
	waitpid $pid, 0;
	is($lines->("$dir/$_"), scalar @m, "$_: every line") for qw(json es old iso);
	my $iso = facts(trace("$dir/iso"));
	is(facts(trace("$dir/json")), $iso, 'jsonmesg');
	is(facts(trace("$dir/es")), $iso, 'a template for a search engine');
	my $done = sub { [ map { "$_->{to} $_->{status} $_->{tls} $_->{tls_why}" } grep { $_->{type} eq 'delivery' }
	    map { $js->decode($_) } split /\n/, $_[0] ] };
	is_deeply($done->("$iso"), $done->($plain), 'the facts of the lines sent');
};

# Each collector's names for the same things.
subtest 'taken apart' => sub {
	my $iso = sub { my ($d, $t) = $_[0] =~ /^Sep +(\d+) (\S+)/; return sprintf '%d-09-%02dT%sZ', $year, $d, $t };

	for my $c ([ 'syslog-ng', sub { { PROGRAM => $_->[2], PID => $_->[3], HOST => $_->[1], MESSAGE => $_->[4],
	    ISODATE => $iso->($_->[0]), FACILITY => 'mail', PRIORITY => 'info' } } ],
	    [ 'vector', sub { { appname => $_->[2], procid => 0 + $_->[3], hostname => $_->[1], message => $_->[4],
	    timestamp => $iso->($_->[0]), source_type => 'syslog' } } ],
	    [ 'fluent-bit', sub { { ident => $_->[2], pid => $_->[3], host => $_->[1], message => $_->[4],
	    time => $iso->($_->[0]), pri => '22' } } ],
	    [ 'logstash', sub { { program => $_->[2], pid => $_->[3], logsource => $_->[1], host => '192.0.2.1', message => $_->[4],
	    '@timestamp' => $iso->($_->[0]), timestamp => $_->[0], '@version' => '1' } } ],
	    [ 'the beats', sub { { log => { syslog => { appname => $_->[2], procid => $_->[3], hostname => $_->[1] } },
	    host => { name => 'agent' }, message => $_->[4], '@timestamp' => $iso->($_->[0]) } } ],
	    [ 'a search engine', sub { { _index => 'mail', _source => { program => $_->[2], pid => $_->[3], hostname => $_->[1],
	    message => $_->[4], '@timestamp' => $iso->($_->[0]) } } } ]) {
		my ($name, $make) = @$c;

		same($name, $plain, map { $js->encode($make->()) . "\n" } @m);
	}
	# Our own records have a type, and so has much else.
	my @typed = map { $js->encode({ program => $_->[2], pid => $_->[3], hostname => $_->[1], message => $_->[4],
	    '@timestamp' => $iso->($_->[0]) }) } @m;
	for my $c ([ 'first', map { s/^\{/{"type":"syslog",/r . "\n" } @typed ], [ 'last', map { s/\}$/,"type":"event"}/r . "\n" } @typed ]) {
		my ($name, @l) = @$c;
		same("a type, $name", $plain, @l);
		is(facts(run('mxtrace', '-q', '-e', '-', { in => join '', @l })), $plain, "a type, $name: by a pipe");
	}
	# Saved again by an editor: as iconv writes it, and with what no log begins with.
	my $saved = $log =~ s/helo=<[^>]*/helo=<\xc3\xa4\xf0\x9f\x93\xa7/r;
	put("$dir/utf8.log", $saved);
	my $utf8 = facts(trace(@opt16, "$dir/utf8.log"));
	for my $c (['UTF-16LE', "\xff\xfe"], ['UTF-16BE', "\xfe\xff"]) {
		my ($form, $mark) = @$c;
		my $wide = sh('iconv', '-f', 'UTF-8', '-t', $form, { in => $saved });

		is($wide->{status}, 0, "$form: iconv");
		my $t = trace(@opt16, put("$dir/wide.log", $mark, $wide->{out}));
		is(facts($t), $utf8, "$form: the same facts");
		is($t->{status}, 0, "$form: status");
		my @e = grep { /"type":"event"/ } split /^/, $t->{out};
		like($e[0], qr/"src":"[^"]*wide\.log\@0-UTF16"/, "$form: the path");
		is(run('mxquote', '-q', '-', { in => $t->{out} =~ s/\Q$dir\E\///gr, cd => $dir })->{out},
		    run('mxquote', '-q', '-', { in => trace(@opt16, "$dir/utf8.log")->{out} =~ s/\Q$dir\E\///gr, cd => $dir })->{out}, "$form: quoted as UTF-8");
		# Cut within a character.
		$t = trace(@opt16, put("$dir/wide.log", $mark, substr $wide->{out}, 0, -1));
		is($t->{status}, 2, "$form: cut off");
		like($t->{err}, qr/UTF-16 ends within a character/, "$form: it is said");
		$t = run('mxtrace', put("$dir/wide.log", $mark, substr $wide->{out}, 1));
		like($t->{err}, qr/wide\.log: is UTF-16, .* iconv/, "$form: what is none is not read, and named");
	}
	is(trace(put("$dir/f.log", qq({"type":"log","text":"x"}\n)))->{status}, 1, 'neither a log of Postfix nor a record');
	my $own = run('mxtrace', '-q', '-e', "$dir/plain.log", @zone);
	is(run('mxgrep', '-q', '-c', 'type=delivery', '-', { in => $own->{out} })->{out}, "5\n", 'our own records are records');
	# Whatever a member says, it is that line's text and nothing else.
	my $fake = $js->encode({ PROGRAM => 'logger', HOST => 'mx', MESSAGE => bsd($m[7]) =~ s/\n//r, ISODATE => "$year-09-01T10:04:07Z" });
	my $r = trace(put("$dir/f.log", "$fake\n"));
	unlike($r->{out}, qr/"type":"(?:delivery|message)"/, 'a line in the text of another program');
	$r = trace(put("$dir/f.log", $js->encode({ level => 'info', msg => bsd($m[8]) =~ s/\n//r, time => "$year-09-01T10:04:07Z" }) . "\n"));
	unlike($r->{out}, qr/"type":"(?:delivery|message)"/, 'nor of one that logs JSON');
	like($r->{out}, qr/"type":"source".*"unknown":1\b/, 'which is counted');
};

subtest 'left whole' => sub {
	my $late = sub { my ($at, @l) = @_; return map { $js->encode({ '@timestamp' => $at, host => { name => 'agent' },
	    log => { file => { path => '/var/log/mail.log' } }, message => $_ =~ s/\n//r }) . "\n" } @l };
	my @line = map { bsd($_) } @m;
	my @first = split /^/, $log;

	same('at once', $plain, [ '-z', 'UTC' ], $late->("$year-09-01T10:04:07.250Z", @line));
	same('a month later', $plain, [ '-z', 'UTC' ], $late->("$year-10-01T00:00:00Z", @line));
	same('over New Year', $plain, [ '-z', 'UTC' ], $late->(($year + 1) . '-01-02T00:00:00Z', @line));
	my $r = run('mxtrace', '-e', put("$dir/f.log", $late->("$year-10-01T00:00:00Z", @line)));
	like($r->{err}, qr/no zone: UTC is ASSUMED/, 'the zone is not the collector\'s');
	unlike($r->{err}, qr/year/, 'nor is a year missing');
	same('with an offset', facts(trace('-y', $year, '-z', '+02:00', "$dir/plain.log")), [ '-z', '+02:00' ],
	    $late->("$year-10-01T00:00:00Z", @line));
	my $p = run('mxtrace', '-q', '-e', '--partial', put("$dir/f.log", $late->("$year-10-01T00:00:00Z", @line)));
	is(facts(run('mxtrace', '-q', '-e', '-z', 'UTC', put("$dir/p", $p->{out}))), $plain, 'in pieces') or diag($p->{err});
};

# Docker and Podman that log to syslog or the journal: the line is in theirs.
subtest 'from a container' => sub {
	my $iso = sub { my ($d, $t) = $_[0] =~ /^Sep +(\d+) (\S+)/; return sprintf '%d-09-%02dT%sZ', $year, $d, $t };
	my $usec = sub { my ($d, $h, $m, $s) = $_[0] =~ /^Sep +(\d+) (\d+):(\d+):(\d+)/;
		require Time::Local; return Time::Local::timegm($s, $m, $h, $d, 8, $year) . '000000' };
	my $journal = sub { my ($exe) = @_; return map { $js->encode({ __REALTIME_TIMESTAMP => $usec->($_->[0]), _HOSTNAME => 'host',
	    SYSLOG_IDENTIFIER => 'mail', _PID => '812', _COMM => 'conmon', _EXE => $exe, MESSAGE => bsd($_) =~ s/\n//r }) . "\n" } @m };
	my $norm = sub { return $_[0] =~ s/,"writer_[a-z]+":(?:"[^"]*"|\d+)//gr =~ s/\.000000Z/Z/gr };
	my $none = sub {
		my ($name, @l) = @_;
		my $r = trace(put("$dir/f.log", @l));

		unlike($r->{out}, qr/"type":"(?:message|delivery)"/, "$name: no facts");
		like($r->{out}, qr/"type":"source".*"unknown":@{[ scalar @m ]}\b/, "$name: and it is counted");
	};

	for my $tag ('8a7b6c5d4e3f', 'docker/mail', 'podman/mail') {
		same("syslog by $tag", $plain, map { $iso->($_->[0]) . " host $tag\[812]: " . bsd($_) } @m);
	}
	for my $tag ('8a7b6c5d4e3', '8a7b6c5d4e3g', 'docker', 'webapp') {
		$none->("syslog by $tag", map { $iso->($_->[0]) . " host $tag\[812]: " . bsd($_) } @m);
	}
	$none->('syslog without a pid', map { $iso->($_->[0]) . ' host 8a7b6c5d4e3f: ' . bsd($_) } @m);
	my $r = trace(put("$dir/f.log", $journal->('/usr/bin/conmon')));
	is($norm->(facts($r)), $plain, 'the journal, by conmon');
	$none->('the journal, by a conmon of a user', $journal->('/home/ann/conmon'));
	# A template without brackets is not understood, and says so.
	$none->('a bare pid', map { $iso->($_->[0]) . " mx $_->[2] $_->[3] $_->[4]\n" } @m);
	$r = trace(put("$dir/f.log", map { $iso->($_->[0]) . " mx kernel: open /usr/lib/postfix/sbin/smtpd failed\n" } @m));
	like($r->{out}, qr/"type":"source".*"unknown":0\b/, 'a path is no tag');
};

# docker logs -t shows when a line came, which is not always at once.
subtest 'a label that is late' => sub {
	my @line = map { bsd($_) } @m;

	same('three days', $plain, [ '-z', 'UTC' ], map { "$year-09-04T10:04:04Z $_" } @line);
	my $r = run('mxtrace', put("$dir/f.log", map { "$year-09-04T10:04:04Z $_" } @line));
	like($r->{err}, qr/no zone: UTC is ASSUMED/, 'its zone is not known, and it is said');
	$r = run('mxtrace', put("$dir/f.log", map { "$year-09-01T12:04:04Z $_" } @line));
	unlike($r->{err}, qr/ASSUMED/, 'that of two hours is');
	same('two hours are a zone', facts(trace('-y', $year, '-z', '-02:00', "$dir/plain.log")),
	    map { my ($t) = /(\d\d:\d\d:\d\d)/; my $at = $t =~ s/^10/12/r; "${year}-09-01T${at}Z $_" } @line);
};

done_testing();
