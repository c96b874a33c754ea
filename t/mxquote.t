#!/usr/bin/perl

# mxquote: the lines are those of the log, byte for byte and in the order of
# the records, whatever they are packed in; nothing is quoted from a file that
# has changed, and nothing is opened that the user did not mean to open.

use strict;
use warnings;
use lib 't';
use Digest::SHA 'sha256_hex';
use JSON::PP;
use Test::More;
use Mx;

plan skip_all => 'mxquote is not built' unless -x tool_path('mxquote');

my $json = JSON::PP->new->canonical->latin1;
my $dir = dir();
my @t = ('--year', '2026', '-z', 'UTC', '-q');
my @lines = split /^/, $log;

# Write a file where the tests run, with the mode and time of any log.
sub file {
	my ($name, @text) = @_;

	put("$dir/$name", @text);
	return $name;
}

# A record as our tools write it: the type comes first.
sub rec {
	my %r = @_;
	my $type = delete $r{type} || 'event';

	return '{"type":' . $json->encode([$type]) =~ s/^\[|\]$//gr . ',' .
	    $json->encode(\%r) =~ s/^\{//r . "\n";
}

sub source {
	my ($src, $text, %more) = @_;

	return rec(type => 'source', src => $src, size => length $text,
	    sha256 => sha256_hex($text), %more);
}

sub trace {
	return run('mxtrace', @t, @_, { cd => $dir })->{out};
}

# mxquote reads records from standard input, in $dir.
sub quote {
	my ($in, @args) = @_;

	return run('mxquote', @args, { in => $in, cd => $dir });
}

# Equal, or the first line that is not.
sub same {
	my ($got, $want, $name) = @_;
	my @a = split /^/, $got;
	my @b = split /^/, $want;
	my $i = 0;

	return if ok($got eq $want, $name);
	$i++ while $i < @a && $i < @b && $a[$i] eq $b[$i];
	diag(scalar(@a) . ' and ' . scalar(@b) . ' lines, line ' . ($i + 1)
	    . ":\n" . ($a[$i] // "(none)\n") . ($b[$i] // "(none)\n"));
}

sub quoted {
	my ($r, $want, $name) = @_;

	same($r->{out}, $want, $name);
	is("$r->{status}$r->{err}", '0', "$name: status, no complaint");
}

# One line, exit 2.
sub refused {
	my ($r, $re, $name, $out) = @_;

	is($r->{out}, $out // '', "$name: output");
	is($r->{status}, 2, "$name: status");
	is(scalar @{$r->{errs}}, 1, "$name: one line") or diag($r->{err});
	like($r->{err}, qr/^mxquote: $re/, "$name: says why");
}

# What the records of a trace name, by the line numbers of a known log.
sub sed {
	my ($name, @n) = @_;
	my $script = join '', map { "${_}p;" } @n;

	return sh('sed', '-n', $script, "$dir/$name")->{out};
}

# Plain.  The lines of the reject, then each message in its own order.
file('mail.log', $log);
my $rec = trace('mail.log');
my $one = join '', grep { /"qid":"1E240140202"|^\{"type":"(?:source|cov)/ }
    split /^/, $rec;
quoted(quote($one), sed('mail.log', 4 .. 6, 9 .. 11), 'a message, by sed');
quoted(run('mxgrep', 'qid=1E240140202', '-q', "$dir/mail.log", @t)->{status}
    ? {} : quote(run('mxgrep', '-q', @t, 'qid=1E240140202', 'mail.log',
    { cd => $dir })->{out}), sed('mail.log', 4 .. 6, 9 .. 11),
    'through mxgrep');
my $all = quote($rec);
quoted($all, $all->{out}, 'all of it');
quoted(run('mxquote', @t, 'mail.log', { cd => $dir }), $all->{out},
    'the log itself');
my $events = run('mxquote', @t, '-e', 'mail.log', { cd => $dir });
is(join('', sort split /^/, $events->{out}), join('', sort @lines),
    '-e quotes every line, once');
quoted(quote(run('mxlog', @t, 'mail.log', { cd => $dir })->{out}), $log,
    'the events of mxlog');
quoted(quote(run('mxtrace', @t, '-o', 'tsv', 'mail.log',
    { cd => $dir })->{out}), $all->{out}, 'through TSV');

# Each line once, or each time that it is named; with what proves TLS.
my ($msg) = $one =~ /^(\{"type":"message".*\n)/m;
my ($del) = $one =~ /^(\{"type":"delivery".*\n)/m;
my ($src) = $one =~ /^(\{"type":"source".*\n)/m;
quoted(quote("$del$msg$src"), sed('mail.log', 9) . sed('mail.log', 4 .. 6,
    10, 11), 'the order is that of the records');
quoted(quote("$del$msg$del$src", '--all'), sed('mail.log', 9)
    . sed('mail.log', 4 .. 6, 9 .. 11) . sed('mail.log', 9), '--all');
quoted(quote("$del$msg$src", '-t'), sed('mail.log', 9) . sed('mail.log', 8)
    . sed('mail.log', 4 .. 6, 10, 11) . sed('mail.log', 2), '-t');
quoted(quote($one, '--tls'), sed('mail.log', 4 .. 6, 9 .. 11)
    . sed('mail.log', 2) . sed('mail.log', 8), '--tls');

# Windows are those of mxtrace.
quoted(quote($rec, '-s', '2026-09-01T10:06:00Z'),
    sed('mail.log', 16 .. 19, 21 .. 23), '--since') if @lines == 23;

# Bytes are bytes; the last line has no end; CRLF.
my $odd = "Sep  1 10:06:00 mx postfix/pickup[130]: F1206140243: uid=1 from=<"
    . "\xff\0\e[2J\xe2\x80\xae>\r\nSep  1 10:06:02 mx postfix/qmgr[102]: "
    . 'F1206140243: removed';
file('odd.log', $odd);
my $r = run('mxquote', @t, '-e', 'odd.log', { cd => $dir });
(my $bare = "$odd\n") =~ s/\r\n/\n/;
ok($r->{out} eq "$odd\n" || $r->{out} eq $bare, 'bytes are bytes');

# Compressed and bundled.
my $big = big_log(400);
file('big.log', $big);
my $plain = run('mxquote', @t, 'big.log', { cd => $dir });
same(join('', sort split /^/, $plain->{out}), join('', sort map { $_ }
    grep { !/TLS conn/ } split /^/, $big), 'a larger log');
sub pack_as {
	my ($cmd, $name, $what) = @_;

	SKIP: {
		skip "no $what here", 5 if system("cd $dir && ($cmd) 2>/dev/null");
		my $records = trace($name);

		like($records, qr/"src":"\Q$name\E[!@]/, "$what: a forensic path");
		quoted(quote($records), $plain->{out}, "$what: by records");
		quoted(run('mxquote', @t, $name, { cd => $dir }),
		    $plain->{out}, "$what: itself");
	}
}
pack_as('gzip -nc big.log >b.gz', 'b.gz', 'gzip');
pack_as('(head -700 big.log | gzip -n; tail -n +701 big.log | gzip -n) >m.gz',
    'm.gz', 'gzip of two members');
pack_as('xz -c big.log >b.xz', 'b.xz', 'xz');
pack_as('zstd -qc big.log >b.zst', 'b.zst', 'zstd');
pack_as('bzip2 -c big.log >b.bz2', 'b.bz2', 'bzip2');
pack_as('tar czf one.tgz big.log', 'one.tgz', 'tar.gz');

# A rotated set in one bundle, one member compressed, names to be encoded;
# the same set as files.  A message spans two of them.
mkdir "$dir/log";
my @b = split /^/, $big;
file('log/a.log', @b[0 .. 699]);
file('log/b 50%@1!.log', @b[700 .. 1402]);
file('log/c.log', @b[1403 .. $#b]);
system("cd $dir && gzip -nq log/a.log && tar cf set.tar log/a.log.gz log/b* log/c.log") == 0
    or die "tar failed\n";
my @set = ('log/a.log.gz', 'log/b 50%@1!.log', 'log/c.log');
my $records = trace(@set);
like(join("\n", $records =~ /"refs":"([^"]*)"/g),
    qr/\@log\/b%2050%25%401%21\.log/, 'a message that spans two files');
quoted(quote($records), $plain->{out}, 'a rotated set');
quoted(run('mxquote', @t, @set, { cd => $dir }), $plain->{out},
    'a rotated set itself');
quoted(run('mxquote', @t, 'log', { cd => $dir }), $plain->{out},
    'a directory');
$records = trace('set.tar');
like($records, qr/"src":"set\.tar!log\/a\.log\.gz\@0-GZIP"/,
    'compressed inside a bundle');
quoted(quote($records), $plain->{out}, 'a rotated set in a bundle');

# Damaged: what was read before and behind the damage.
my $gz = slurp("$dir/m.gz");
my $at = index($gz, "\x1f\x8b\x08", 10);
substr($gz, int($at / 2), 16) = "\xff" x 16;
file('hit.gz', $gz);
$records = trace('hit.gz');
like($records, qr/hit\.gz\@$at-GZIP/, 'a stream behind damage');
$r = quote($records);
my %in = map { $_ => 1 } @b;
is("$r->{status}$r->{err}", '0', 'damaged gzip: status');
cmp_ok(scalar(grep { $in{$_} } split /^/, $r->{out}), '>', 1300,
    'damaged gzip: lines behind the damage');

# Standard input: ours, and that of the tool before.
quoted(run('mxquote', @t, { in => $log }), $all->{out}, 'from a file on it');
my ($q, $x) = map { tool_path($_) } qw(mxquote mxtrace);
quoted(sh('bash', '-c', "cat $dir/mail.log | $q @t"), $all->{out},
    'from a pipe');
quoted(sh('bash', '-c', "cat $dir/b.gz | $q @t"), $plain->{out},
    'from a pipe, compressed');
quoted(sh('bash', '-c', "(read -r l; exec $q @t) <$dir/mail.log"),
    sh('bash', '-c', "tail -n +2 $dir/mail.log | $q @t")->{out},
    'from the middle of a file');
my $piped = sh('bash', '-c', "cat $dir/mail.log | $x @t")->{out};
refused(quote($piped), qr/-: was standard input and is gone; .*--as/,
    'standard input of another tool');
quoted(quote($piped, '--as', '-=mail.log'), $all->{out}, '--as -=FILE');
$piped = sh('bash', '-c', "cat $dir/b.gz | $x @t")->{out};
quoted(quote($piped, '--as', '-=b.gz'), $plain->{out},
    '--as -=FILE, compressed');
refused(quote($piped, '--as', '-=m.gz'), qr/m\.gz: .*SHA-256/,
    '--as with another file');

# Moved: --as and --root.
$records = trace('mail.log');
mkdir "$dir/away";
mkdir "$dir/away/case";
rename "$dir/mail.log", "$dir/away/case/mail.log";
refused(quote($records), qr/mail\.log: cannot open: No such file.*--as/,
    'a source that is gone');
quoted(quote($records, '--as', 'mail.log=away/case/mail.log'), $all->{out},
    '--as SRC=FILE');
quoted(quote($records, '--root', 'away/case'), $all->{out}, '--root');
quoted(quote($records, '--root', 'away', '--root', "$dir/away/case"),
    $all->{out}, '--root twice');
quoted(quote(run('mxtrace', @t, "$dir/away/case/mail.log")->{out}),
    $all->{out}, 'an absolute path below the working directory');
my $outside = dir();
put("$outside/mail.log", $log);
$records = run('mxtrace', @t, "$outside/mail.log")->{out};
refused(quote($records), qr/\Q$outside\E\/mail\.log: lies outside of what may be read \(.*--root/,
    'elsewhere');
quoted(quote($records, '--root', $outside), $all->{out},
    'elsewhere, with --root');
(my $abs = $records) =~ s/\Q$outside\E/\/var\/log/g;
quoted(quote($abs, '--as', "/var/log/mail.log=$outside/mail.log"),
    $all->{out}, 'an absolute name in --as');
mkdir "$outside/var";
mkdir "$outside/var/log";
put("$outside/var/log/mail.log", $log);
quoted(quote($abs, '--root', $outside), $all->{out},
    'an absolute name below --root: a mounted image');
(my $up = $records) =~ s/\Q$outside\E/..\/..\/var\/log/g;
quoted(quote($up, '--root', $outside), $all->{out},
    '.. does not lead out of --root');

# The file has changed, or nothing is known of it.
file('mail.log', $log);
$records = trace('mail.log');
file('mail.log', $log, "Sep  1 11:00:00 mx postfix/qmgr[1]: a line more\n");
quoted(quote($records), $all->{out}, 'a log that has grown');
(my $changed = $log) =~ s/ann\@/bob\@/;
file('mail.log', $changed);
refused(quote($records), qr/mail\.log: is not what was read: another SHA-256/,
    'other bytes');
file('mail.log', substr $log, 0, 1500);
refused(quote($records), qr/mail\.log: has 1500 bytes, but had \d+ when/,
    'a file that has shrunk');
file('mail.log', $log);
(my $nohash = $records) =~ s/,"sha256":"\w+"//;
refused(quote($nohash), qr/mail\.log: no SHA-256 is known: quoted without/,
    'no hash', $all->{out});
refused(quote(without($records, 'source')), qr/mail\.log: no SHA-256/,
    'no source record', $all->{out});
$r = run('mxquote', @t, '--no-hash', 'mail.log', { cd => $dir });
refused($r, qr/mail\.log: no SHA-256/, '--no-hash', $all->{out});
quoted(quote($records . source('mail.log', substr $log, 0, 700)),
    $all->{out}, 'claims of two runs, both true');
refused(quote($records . source('mail.log', "x$log")), qr/mail\.log: /,
    'claims of two runs, one false');
file('other.log', $other);
my $both = rec(src => 'mail.log', off => 0, len => 82)
    . rec(src => 'other.log', off => 0, len => index($other, "\n"))
    . rec(src => 'gone.log', off => 0, len => 73)
    . source('mail.log', "$log.") . source('other.log', $other)
    . source('gone.log', '');
$r = quote($both);
is($r->{out}, (split /^/, $other)[0], 'what can be quoted is quoted');
is("$r->{status} @{[scalar @{$r->{errs}}]}", '2 2', 'a line for each of the '
    . 'others');
$r = quote($both, '-q');
is(scalar @{$r->{errs}}, 2, 'with -q, too');

# Ranges and names that lie.
my $end = source('mail.log', $log);
my $l1 = $lines[0];
my $ok = rec(src => 'mail.log', off => 0, len => length($l1) - 1);
for my $c ([ 'behind the end', { off => length($log), len => 1 } ],
    [ 'over the end', { off => 10, len => length $log } ],
    [ 'far away', { off => 9223372036854775807, len => 9 } ],
    [ 'long', { off => 0, len => 4294967295 } ]) {
	refused(quote($ok . rec(src => 'mail.log', %{$c->[1]}) . $end),
	    qr/mail\.log: 1 lines are not quoted, the first at offset \d+: /,
	    $c->[0], $l1);
}
for my $c ([ 'off no number', '"src":"mail.log","off":"x","len":1' ],
    [ 'len too large', '"src":"mail.log","off":1,"len":99999999999' ],
    [ 'off negative', '"src":"mail.log","off":-1,"len":1' ],
    [ 'refs of nonsense', '"src":"mail.log","refs":"1 2"' ],
    [ 'refs without src', '"refs":"1+2 3+4"' ],
    [ 'refs of nobody', '"refs":"1+2@"' ]) {
	$r = quote($ok . "{\"type\":\"message\",$c->[1]}\n$end");
	is($r->{out}, $l1, "$c->[0]: the rest is quoted");
	is($r->{status}, 2, "$c->[0]: status");
	like($r->{err}, qr/\Amxquote: \d places in the records make no sense/,
	    "$c->[0]: said");
}
quoted(quote(rec(type => 'message', src => 'mail.log', refs => '0+3  0+6 4+1')
    . $end), "Sep\nSep  1\n \n", 'places that overlap');
SKIP: {
	skip 'no gzip', 8 unless -e "$dir/b.gz";
	my $text = slurp("$dir/b.gz");

	quoted(quote(rec(type => 'message', src => 'b.gz@0-GZIP', refs =>
	    '0+3  0+6 4+1') . source('b.gz', $text)), "Sep\nSep  1\n \n",
	    'places that overlap, compressed');
	refused(quote(rec(src => 'b.gz@7-GZIP', off => 0, len => 1)
	    . rec(src => 'b.gz@0-GZIP', off => 0, len => 3)
	    . source('b.gz', $text)), qr/b\.gz\@7-GZIP: 1 lines .* nothing of that name/,
	    'no such stream', "Sep\n");
	refused(quote(rec(src => 'b.gz@0-GZIP', off => 5, len => 3) .
	    rec(src => 'b.gz@0-GZIP', off => length($big) - 3, len => 30)
	    . source('b.gz', $text)), qr/b\.gz\@0-GZIP: 1 lines .* behind/,
	    'behind the end, compressed', substr($big, 5, 3) . "\n");
}
put("$dir/secret", "secret\n");
symlink "$dir/secret", "$dir/link.log";
symlink $outside, "$dir/away/there";
symlink '/', "$dir/rootdir";
mkdir "$dir/sub";
system('mkfifo', "$dir/fifo") == 0 or die "mkfifo failed\n";
for my $san ([], ['--no-sandbox']) {
	for my $c ([ '/etc/passwd', qr/lies outside/ ],
	    [ '../../../../../../etc/shadow', qr/lies outside/ ],
	    [ 'sub/../../../../../etc/passwd', qr/lies outside/ ],
	    [ '/var/log/../../etc/passwd', qr/lies outside/ ],
	    [ '/var/log/../../proc/self/environ', qr/lies outside/ ],
	    [ '/dev/zero', qr/lies outside/ ],
	    [ '/proc/self/fd/0', qr/lies outside/ ],
	    [ '/etc%2Fpasswd', qr/lies outside/ ],
	    [ "etc%00passwd", qr/lies outside/ ],
	    [ 'x' x 20000, qr/lies outside/ ],
	    [ 'link.log', qr/a symbolic link, not followed/ ],
	    [ 'away/there/mail.log', qr/a symbolic link, not followed/ ],
	    [ 'rootdir/etc/passwd', qr/a symbolic link, not followed/ ],
	    [ 'fifo', qr/cannot open/ ], [ 'sub', qr/Is a directory/ ],
	    [ '.', qr/lies outside/ ], [ '', qr/nothing can be quoted|lies/ ],
	    [ '@0-GZIP', qr/lies outside/ ],
	    [ "gone\e[2J\n.log", qr/gone\\x1b\[2J\\x0a\.log: cannot open/ ],
	    [ 'gone%0A.log', qr/gone\\x0a\.log: cannot open/ ]) {
		$r = quote(rec(src => $c->[0], off => 0, len => 4) . $ok
		    . source($c->[0], "root") . $end, @$san);
		my $name = substr($c->[0], 0, 30) =~ s/[^ -~]/?/gr
		    . " @$san";

		is($r->{out}, $l1, "$name: nothing of it");
		is($r->{status}, $c->[0] eq '' ? 0 : 2, "$name: status");
		like($r->{err}, $c->[1], "$name: says why");
		is(scalar @{$r->{errs}}, 1, "$name: one line");
	}
}
$r = run('mxquote', { in => rec(src => 'etc/passwd', off => 0, len => 4),
    cd => '/' });
refused($r, qr/etc\/passwd: lies outside/, 'in / the rest of it is not open');
quoted(quote(rec(src => 'link.log', off => 0, len => 6) . source('link.log',
    "secret\n"), '--as', 'link.log=link.log'), "secret\n",
    'a link that the user names');

# Names with newlines, blanks and signs, from end to end.
my $name = "a b\n=%!\@.log";
put("$dir/$name", $log);
quoted(quote(trace($name)), $all->{out}, 'an odd name');
quoted(quote(trace($name) =~ s/a b/c d/gr, '--as',
    "c d%0A%3D%25%21%40.log=$name"), $all->{out}, 'an odd name in --as');

# Records without lines; nothing at all.
$r = quote(run('mxtrace', @t, '-f', 'type,from', 'mail.log',
    { cd => $dir })->{out});
is($r->{status}, 1, 'records without src: status');
like($r->{err}, qr/records name no line: /, 'records without src: says so');
$r = quote($end);
is("$r->{status}$r->{out}$r->{err}", "1mxquote: nothing to quote\n",
    'nothing to quote');
$r = run('mxquote', '-q', { in => '' });
is("$r->{status}$r->{out}", '1', 'nothing at all');

# More than fits in memory, of many sources, out of order, both ways.
my $n = sanitized() ? 20000 : 200000;
my $text = join '', map { sprintf "%07d line of a log with some text\n", $_ }
    0 .. $n - 1;
my $len = length($text) / $n;
file('n.log', $text);
system("cd $dir && gzip -nqk n.log") == 0 or die "gzip failed\n";
my ($want, $ask) = ('', '');
for my $i (map { ($_ * 7919) % $n } 1 .. $n) {
	$want .= substr $text, $i * $len, $len;
	$ask .= '{"type":"event","src":"' . ($i % 2 ? 'n.log.gz@0-GZIP' :
	    'n.log') . '","off":' . $i * $len . ',"len":' . ($len - 1)
	    . "}\n";
}
$r = quote($ask . source('n.log', $text) . source('n.log.gz',
    slurp("$dir/n.log.gz")));
ok($r->{out} eq $want, 'many lines in any order') or diag($r->{err});
is($r->{status}, 0, 'many lines in any order: status');

# Usage.
for my $c ([ ['--as', 'x'], qr/bad --as 'x': use SRC=FILE/ ],
    [ ['--as', 'x=gone'], qr/--as 'x=gone': cannot open the file: No such/ ],
    [ ['--root', 'gone'], qr/--root 'gone': No such file/ ],
    [ ['--root', 'mail.log'], qr/--root 'mail.log': Not a directory/ ],
    [ ['-Q'], qr/unknown option -Q/ ]) {
	$r = quote($rec, @{$c->[0]});
	is("$r->{status}$r->{out}", '2', "@{$c->[0]}: status");
	like($r->{err}, qr/\Amxquote: $c->[1]/, "@{$c->[0]}: says why");
}

# A temporary file that cannot be had matters only when it is needed.
$r = run('mxquote', { in => $rec, cd => $dir, env => { TMPDIR => '/gone' } });
quoted($r, $all->{out}, 'no TMPDIR, few lines');
$r = sh('bash', '-c', "cat $dir/mail.log | TMPDIR=/gone $q @t");
is($r->{status}, 2, 'no TMPDIR, a pipe: status');
like($r->{err}, qr/^mxquote: standard input: cannot be copied to TMPDIR/m,
    'no TMPDIR, a pipe: says why');
done_testing();
