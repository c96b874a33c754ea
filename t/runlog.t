#!/usr/bin/perl

# --run-log: every tool writes down what it was given and what it gave, and
# nothing else is ever appended to.

use strict;
use warnings;
use lib 't';
use Digest::SHA 'sha256_hex';
use JSON::PP;
use Test::More;
use Mx;

# What reads logs and records; mxcarve and mxqueue read raw bytes and queue files.
my @tools = grep { !/^mx(?:carve|queue)$/ } tools();
plan skip_all => 'no tools are built' unless @tools;

my $dir = dir();
my $file = put("$dir/mail.log", $log);
my $big = put("$dir/big.log", big_log(2000));
my @time = ('--year', '2026', '-z', 'UTC');
my %before = (mxgrep => ['type=message'], mxtls => ['-p', 'no-plaintext'],
    mxreport => ['-p', 'no-plaintext', '-o', 'csv', '--table', 'violations']);
my $n = 0;

# The objects of a run log, and that each is one line.
sub runs {
	my ($path) = @_;

	return map { JSON::PP->new->utf8->decode($_) } split /^/, slurp($path);
}

for my $tool (@tools) {
	subtest $tool => sub {
		my $l = "$dir/run." . $n++;
		my @b = @{$before{$tool} || []};
		my @o = (@time, '--run-log', $l);
		my $r = run($tool, @o, @b, $file, $big);
		my $plain = run($tool, @time, @b, $file, $big);

		is(without($r->{out}, 'source'),
		    without($plain->{out}, 'source'), 'the same output');
		is($r->{err}, $plain->{err}, 'the same diagnostics');
		is($r->{status}, $plain->{status}, 'the same status');
		my ($o) = runs($l);
		like(slurp($l), qr/\A\{"type":"run","tool":"$tool".*\}\n\z/,
		    'one line');
		is($o->{version}, '0.1', 'version');
		is_deeply($o->{arguments}, [tool_path($tool), @o, @b, $file,
		    $big], 'arguments');
		ok(-d $o->{directory}, 'directory');
		like($o->{$_}, qr/^20\d\d-\d\d-\d\dT[\d:.]{12}Z$/, $_)
		    for 'start', 'end';
		ok($o->{start} le $o->{end}, 'start before end');
		like($o->{libraries}{$_}, qr/^\d+\.\d+/, "library $_")
		    for qw(zlib libarchive pcre2 openssl libseccomp);
		like($o->{sandbox}, qr/^(?:landlock-\d+|seccomp|none)/,
		    'sandbox');
		is_deeply($o->{inputs}, [map { { path => $_, size => -s $_,
		    sha256 => sha256_hex(slurp($_)) } } $file, $big],
		    'inputs');
		is_deeply($o->{output}, { size => length $r->{out},
		    sha256 => sha256_hex($r->{out}) }, 'output');
		is($o->{status}, $tool =~ /^mx(?:tls|report)$/ ? 1 : 0, 'status');

		# Appended; standard input; another order of arguments.
		$r = run($tool, @b, '-', @o, '--now', '2026-09-02T00:00:00Z',
		    '--no-hash', '--no-sandbox', { in => $log });
		($o, my $p) = runs($l);
		is($o->{start} ne '2026-09-02T00:00:00Z', 1,
		    'what was there stays');
		is("$p->{start} $p->{end}", '2026-09-02T00:00:00Z '
		    . '2026-09-02T00:00:00Z', '--now');
		is("@{$p->{arguments}}", join(' ', tool_path($tool), @b,
		    '-', @o, '--now ') . '2026-09-02T00:00:00Z --no-hash --no-sandbox',
		    'arguments in the order given');
		is_deeply($p->{inputs}, [{ path => '-',
		    size => length $log }], 'standard input, not hashed');
		is($p->{output}{sha256}, sha256_hex($r->{out}), 'output');
		like($p->{sandbox}, qr/^(?:off|none)/, 'no sandbox');

		# A reader that has enough, a full disk.
		my $path = tool_path($tool);
		$l = "$dir/run." . $n++;
		$r = sh('bash', '-c', "$path @time --run-log $l @b $big | "
		    . 'head -1 >/dev/null');
		is($r->{err}, '', 'closed pipe: quiet') if $tool ne 'mxtime' &&
		    $tool ne 'mxgrep';
		is(scalar(my @c = runs($l)), 1, 'closed pipe: written down');
	      SKIP: {
			skip 'no /dev/full', 3 unless -c '/dev/full';
			$r = run($tool, @time, '-q', '--run-log', $l, @b, $big,
			    { to => '/dev/full' });
			is($r->{status}, 2, 'full disk: status');
			is(scalar(grep { /standard output: .*No space/ }
			    @{$r->{errs}}), 1, 'full disk: one line');
			my ($f) = (runs($l))[-1];
			is("$f->{status} $f->{output}{error}",
			    '2 No space left on device',
			    'full disk: written down');
		}
		$r = sh('bash', '-c', "$path @time --run-log $l @b $file >&-");
		is($r->{status}, 2, 'closed standard output');

		# What is no run log.
		my $old = slurp($file);
		for my $c ([ $file, qr/.*no run log: not touched/ ],
		    [ $dir, qr/.*directory/ ],
		    [ "$dir/gone/log", qr/No such file/ ]) {
			$r = run($tool, @time, '--run-log', $c->[0], @b, $big);
			is("$r->{status}$r->{out}", '2', "$c->[0]: status");
			is(scalar @{$r->{errs}}, 1, "$c->[0]: one line");
			like($r->{err}, qr/^$tool: --run-log '.*': $c->[1]/,
			    "$c->[0]: says why");
		}
		is(slurp($file), $old, 'evidence is not appended to');

		# A line that was cut off does not spoil the next one.
		$l = put("$dir/run." . $n++, '{"type":"run","tool":"mxl');
		run($tool, @time, '--run-log', $l, @b, $file);
		my @l = split /^/, slurp($l);
		is(scalar @l, 2, 'behind a cut line: a new one');
		ok(eval { JSON::PP->new->decode($l[1]) }, 'and whole');

		# Odd bytes in names and arguments.
		my $name = put("$dir/a\xff\"\n\e.log", $log);
		$l = "$dir/run." . $n++;
		run($tool, @time, '--run-log', $l, @b, $name);
		unlike(slurp($l), qr/[\x00-\x09\x0b-\x1f\x7f-\xff]/,
		    'odd bytes are escaped');
		is(scalar(() = slurp($l) =~ /\n/g), 1, 'in one line');

		# An input that cannot be read.
		$l = "$dir/run." . $n++;
		$r = run($tool, @time, '--run-log', $l, @b, "$dir/missing",
		    $file);
		is((runs($l))[-1]{status}, $r->{status}, 'status of trouble');
		done_testing();
	};
}

# A pipeline into one run log: each output is the next one's input.
SKIP: {
	my %have = map { $_ => 1 } @tools;
	skip 'not all tools are built', 2
	    unless $have{mxlog} && $have{mxtrace} && $have{mxgrep};
	my $l = "$dir/all";
	my @p = map { tool_path($_) . " --run-log $l" } qw(mxlog mxtrace);

	sh('bash', '-c', "$p[0] @time $big | $p[1] | " . tool_path('mxgrep')
	    . " -q --run-log $l type=message");
	my %o = map { $_->{tool} => $_ } runs($l);
	is($o{mxlog}{output}{sha256}, $o{mxtrace}{inputs}[0]{sha256},
	    'mxlog to mxtrace');
	is($o{mxtrace}{output}{sha256}, $o{mxgrep}{inputs}[0]{sha256},
	    'mxtrace to mxgrep');
}
done_testing();
