#!/usr/bin/perl

# Bad input, to every tool: one clear line that names the trouble, the
# status of DESIGN.md 5, nothing lost, no crash.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

# What reads logs and records; mxcarve and mxqueue read raw bytes and queue files.
my @tools = grep { !/^mx(?:carve|queue)$/ } tools();
plan skip_all => 'no tools are built' unless @tools;

my $dir = dir();
my @time = ('--year', '2026', '-z', 'UTC');
my $good = put("$dir/good.log", $log);
my $empty = put("$dir/empty.log", '');
my $foreign = put("$dir/other.log", $other);
my $big = put("$dir/big.log", big_log(4000));
my $noise = put("$dir/noise.bin", noise(65536));
mkdir "$dir/nothing";
mkdir "$dir/binary";
put("$dir/binary/a.bin", noise(4096));
# What a cut-off, a damaged and a false gzip file still hold.
system("gzip -nc $big >$dir/big.log.gz") == 0 or die "gzip failed\n";
my $gz = slurp("$dir/big.log.gz");
put("$dir/cut.log.gz", substr $gz, 0, length($gz) / 2);
substr($gz, length($gz) / 2, 64) = "\0" x 64;
put("$dir/hit.log.gz", $gz);
put("$dir/false.log.gz", "\x1f\x8b\x08\x00", noise(4096));

# mxgrep wants an expression before its files, judges want a policy.  Converters find
# nothing: 1; a judge cannot say: 2.  What was found beats trouble.
my %before = (mxgrep => ['type=message'], mxtls => ['-p', 'no-plaintext'],
    mxreport => ['-p', 'no-plaintext', '-o', 'csv', '--rows', 1000,
    '--table', 'violations']);
my %nothing = (mxtls => 2, mxreport => 2);
my %found = (mxgrep => 0, mxtls => 1, mxreport => 1);

# Bytes that look random and are the same every time.
sub noise {
	my ($n) = @_;
	my ($x, $s) = (12345, '');

	for (1 .. $n) {
		$x = ($x * 1103515245 + 12345) & 0x7fffffff;
		$s .= chr($x >> 16 & 0xff);
	}
	return $s;
}

sub args {
	my ($tool, @rest) = @_;

	return ($tool, @time, @{$before{$tool} || []}, @rest);
}

# What a tool says of the matter: not how to get help, nor what mxgrep
# searched or mxtls counted.
sub said {
	my ($r) = @_;

	return grep { !/^try '/ && !/^mx\w+: (?:searched |\d+ hops? judged: )/ } @{$r->{errs}};
}

# Nothing that a terminal would obey, nothing of a sanitizer, no crash.
sub sound {
	my ($r, $name) = @_;
	my $ok = $r->{status} =~ /^[012]$/ &&
	    $r->{err} !~ /[\x00-\x08\x0b-\x1f\x7f]/ &&
	    $r->{err} !~ /Sanitizer|runtime error|: bug: / &&
	    !grep { !/^(?:mx\w+: |try ')/ } @{$r->{errs}};

	ok($ok, "$name: sound") or diag("status $r->{status}\n$r->{err}");
}

sub one_line {
	my ($r, $name, $status, $re) = @_;
	my @said = said($r);
	my $ok = $r->{status} eq $status && @said == 1 && $said[0] =~ $re;

	ok($ok, "$name: one line, status $status") or
	    diag("status $r->{status}, wanted $re\n$r->{err}");
}

for my $tool (@tools) {
	my $r;

	subtest $tool => sub {
		# What cannot be read.
		$r = run(args($tool, "$dir/missing.log"));
		one_line($r, 'missing file', 2, qr/missing\.log: .*No such file/);
		$r = run(args($tool, $good, "$dir/missing.log"));
		my $all = run(args($tool, $good));
		is(without($r->{out}, 'source'), without($all->{out}, 'source'),
		    'missing file beside a good one: nothing lost');
		# A match beats trouble, trouble beats none.
		is($r->{status}, $found{$tool} // 2,
		    'missing file beside a good one: status');
	      SKIP: {
			skip 'not root', 1 if $> != 0;
			my $secret = put("$dir/secret.log", $log);

			chmod 0, $secret;
			chmod 0755, $dir;
			$r = run(args($tool, $secret), { uid => 65534 });
			skip 'tools are out of reach for other users', 1
			    if $r->{status} =~ /^12[567]$/;
			one_line($r, 'unreadable file', 2,
			    qr/secret\.log: .*Permission denied/);
		}

		# What holds nothing of Postfix.
		for my $c ([ 'empty file', $empty ],
		    [ 'binary file', $noise ],
		    [ 'log of another program', $foreign ]) {
			$r = run(args($tool, $c->[1]));
			one_line($r, $c->[0], $nothing{$tool} // 1, qr/^$tool: no line of Postfix/);
		}
		# What was left out in a directory is said before.
		$r = run(args($tool, "$dir/binary"));
		is($r->{status}, $nothing{$tool} // 1,
		    'directory of other files: status');
		like((said($r))[-1] // '', qr/^$tool: no line of Postfix/,
		    'directory of other files: said at last');
		$r = run(args($tool, "$dir/nothing"));
		one_line($r, 'directory without files', $nothing{$tool} // 1,
		    qr/^$tool: .*nothing: no files/);
		$r = run(args($tool, '-'), { in => '' });
		one_line($r, 'empty standard input', $nothing{$tool} // 1, qr/^$tool: /);

		# Damage: all that can be read is read.
		for my $f (qw(cut hit)) {
			$r = run(args($tool, '-q', "$dir/$f.log.gz"));
			one_line($r, "$f gzip file", $found{$tool} // 2,
			    qr/$f\.log\.gz.*offset/);
			my $n = () = $r->{out} =~ /\n/g;
			cmp_ok($n, '>', 100, "$f gzip file: records all the "
			    . 'same');
		}
		$r = run(args($tool, "$dir/false.log.gz"));
		one_line($r, 'false gzip file', 2, qr/false\.log\.gz/);

		# A name that would drive the terminal.
		$r = run(args($tool, "$dir/a\e[2Jb\n.log"));
		sound($r, 'hostile name');
		like($r->{err}, qr/\\x1b\[2Jb\\x0a\.log/,
		    'hostile name: made visible');

		# Odd text: NUL, CRLF, no end, over-long, not UTF-8.
		(my $crlf = $log) =~ s/\n/\r\n/g;
		$r = run(args($tool, '-'), { in => $crlf });
		my $lf = run(args($tool, '-'), { in => $log });
		is($r->{status}, $found{$tool} // 0, 'CRLF: read');
		(my $chopped = $log) =~ s/\n\z//;
		$r = run(args($tool, '-'), { in => $chopped });
		is(without($r->{out}, 'source'), without($lf->{out}, 'source'),
		    'no newline at the end: the same records');
		for my $c ([ 'NUL bytes', "\0" x 100000 . "\n$log" ],
		    [ 'over-long line', 'x' x 3000000 . "\n$log" ],
		    [ 'over-long line of Postfix',
			'Sep  1 10:04:04 mx postfix/smtpd[100]: connect from '
			. 'x' x 3000000 . "\n$log" ],
		    [ 'byte order mark', "\xef\xbb\xbf$log" ],
		    [ 'not UTF-8', "$log" . "Sep  1 10:05:31 mx postfix/smtp"
			. "[200]: warning: \xff\xfe\x80\xc0\xaf\e[2J\n" ],
		    [ 'controls', join('', map { chr } 0 .. 255) . "\n$log" ],
		    [ 'half a record', "{\"type\":\"event\",\"ti\n$log" ],
		    [ 'a record of lies',
			"{\"type\":\"event\",\"off\":99999999999999999999,"
			. "\"len\":-1,\"pid\":1e999}\n$log" ]) {
			$r = run(args($tool, '-'), { in => $c->[1] });
			sound($r, $c->[0]);
		}
		$r = run(args($tool, '-'), { in => $log, env => { PATH => '' } });
		sound($r, 'empty environment');

		# Output that cannot be written.
	      SKIP: {
			skip 'no /dev/full', 1 unless -c '/dev/full';
			$r = run(args($tool, '-q', $big),
			    { to => '/dev/full' });
			one_line($r, 'full disk', 2,
			    qr/standard output: .*No space left/);
		}
		my $path = tool_path($tool);
		$r = sh('bash', '-c', "$path @time "
		    . join(' ', @{$before{$tool} || []})
		    . " $big | head -1 >/dev/null; echo \${PIPESTATUS[0]}");
		# A report knows its verdict before it writes.
		like($r->{out}, $tool eq 'mxreport' ? qr/^(?:1|141)$/ :
		    qr/^(?:0|2|141)$/, 'closed pipe: status');
		is($r->{err}, '', 'closed pipe: quiet');
		$r = sh('bash', '-c', "$path @time "
		    . join(' ', @{$before{$tool} || []}) . ' <&-');
		sound($r, 'closed standard input');
		$r = sh('bash', '-c', "$path @time "
		    . join(' ', @{$before{$tool} || []}) . " $good >&-");
		is($r->{status}, 2, 'closed standard output');

		# Wrong usage.
		$r = run($tool, '--since', '2026-09-02', '--until',
		    '2026-09-01', @{$before{$tool} || []}, $good);
		one_line($r, 'reversed window', 2,
		    qr/^$tool: --since is after --until$/);
		is($r->{out}, '', 'reversed window: no answer');
		$r = run($tool, '-z', 'Europe/Berln', @{$before{$tool} || []},
		    $good);
		one_line($r, 'unknown zone', 2,
		    qr/^$tool: unknown zone 'Europe\/Berln': .*\+HH:MM/);
		$r = run($tool, '--frob', $good);
		one_line($r, 'unknown option', 2,
		    qr/^\S*$tool: .*option .*--frob/);
		$r = run($tool, '-o', 'xml', @{$before{$tool} || []}, $good);
		one_line($r, 'unknown format', 2, qr/^$tool: .*'xml'.*json.*tsv/);
		$r = run($tool, '-f', 'time,frob', @{$before{$tool} || []},
		    $good);
		one_line($r, 'unknown key', 2, qr/^$tool: .*'frob'/);
		$r = run($tool, '-y', '26', @{$before{$tool} || []}, $good);
		one_line($r, 'bad year', 2, qr/^$tool: bad year '26'/);
		$r = run($tool, '-s', 'soon', @{$before{$tool} || []}, $good);
		one_line($r, 'bad time', 2, qr/^$tool: bad --since 'soon'/);

		# Help and version.
		$r = run($tool, '-h');
		is("$r->{status}$r->{err}", '0', '-h: status, no complaint');
		like($r->{out}, qr/^usage: $tool /m, '-h: usage on standard output');
		$r = run($tool, '-V');
		is($r->{out}, "$tool (Postmortem) 0.1\n", '-V');
		done_testing();
	};
}

# Expressions that are wrong: where, with a caret under the place.
if (grep { $_ eq 'mxgrep' } @tools) {
	for my $c ('from~[', '( from=a', 'frob=a', 'size>abc', 'and',
	    'from=a )') {
		my $r = run('mxgrep', '--expr', $c, $good);

		is($r->{status}, 2, "mxgrep '$c': status");
		like($r->{err}, qr/^mxgrep: .*\n.*^[ \t]*\^$/ms,
		    "mxgrep '$c': a caret");
		unlike($r->{err}, qr/searched/, "mxgrep '$c': nothing done");
	}
}
for my $tool (grep { /^mx(?:log|trace)$/ } @tools) {
	my $r = run($tool, '--prefix', '(?<stamp>[', $good);

	is($r->{status}, 2, "$tool --prefix: status");
	like($r->{err}, qr/^$tool: .*\n.*^ *\^$/ms, "$tool --prefix: a caret");
}

# Every defect there ever was, to every tool.
for my $f (sort glob 'samples/bad/*') {
	next if -d $f || $f =~ /\.(?:want|md)$/;
	for my $tool (@tools) {
		my $r = run(args($tool, $f));

		sound($r, "$tool $f");
	}
}
done_testing();
