#!/usr/bin/perl

# What a running tool is confined to, by the kernel's own word, and what its
# source record says of it.  That a write, a connect and an exec fail from
# inside is shown by t/unit/sandbox.c.

use strict;
use warnings;
use lib 't';
use IPC::Open3;
use JSON::PP;
use Test::More;
use Time::HiRes 'sleep';
use Mx;

my @tools = tools();
plan skip_all => 'no tools are built' unless @tools;

my $file = put(dir() . '/mail.log', $log);
my @time = ('--year', '2026', '-z', 'UTC');
my @writers = grep { /^mx(?:log|trace)$/ } @tools;

# The sandbox keys of the source records.
sub states {
	my ($r) = @_;

	return map { $_->{sandbox} // 'absent' }
	    grep { $_->{type} eq 'source' }
	    map { JSON::PP->new->decode($_) } split /\n/, $r->{out};
}

if (sanitized()) {
	for my $tool (@writers) {
		my $r = run($tool, @time, $file);

		is("@{[states($r)]}", 'none (sanitizer)',
		    "$tool: a sanitizer build says that it is unconfined");
	}
	plan skip_all => 'a sanitizer build, and no writer' unless @writers;
	done_testing();
	exit 0;
}

my $has_seccomp = -e '/proc/self/status' &&
    slurp('/proc/self/status') =~ /^Seccomp:/m;
my $full = 0;
for my $tool (@writers) {
	my $r = run($tool, @time, $file);
	my ($s) = states($r);

	is($r->{status}, 0, "$tool: runs confined");
	like($s // 'absent', qr/^(?:landlock-\d+\+seccomp|landlock-\d+|seccomp|none)$/,
	    "$tool: source says what was enforced");
	like($s // 'absent', qr/seccomp/, "$tool: seccomp is there, and in force")
	    if $has_seccomp;
	$full = defined $s && $s =~ /landlock.*seccomp/;
	diag("$tool: $s");

	for my $off ('--no-sandbox', '--sandbox=off') {
		$r = run($tool, @time, $off, $file);
		is("@{[states($r)]}", 'off', "$tool $off: says off");
	}
	$r = run($tool, @time, '--sandbox=require', $file);
	if ($full) {
		is("@{[states($r)]}", $s, "$tool --sandbox=require: works");
		is($r->{status}, 0, "$tool --sandbox=require: status");
	} else {
		is($r->{out}, '', "$tool --sandbox=require: nothing read");
		is($r->{status}, 2, "$tool --sandbox=require: status");
		is(scalar @{$r->{errs}}, 1,
		    "$tool --sandbox=require: one line");
	}
	# Confined or not, the answer is the same.
	is(without(run($tool, @time, $file)->{out}, 'source'),
	    without(run($tool, @time, '--no-sandbox', $file)->{out}, 'source'),
	    "$tool: the same records without the sandbox");
}

# A tool that waits for evidence, looked at from outside.
for my $tool (@tools) {
	my @args = $tool eq 'mxgrep' ? ('type=message') :
	    $tool =~ /^mx(?:tls|report)$/ ? ('-p', 'strict') : ();
	my ($in, $out);
	my $err = File::Temp->new;
	my $pid = open3($in, $out, '>&' . fileno($err), tool_path($tool),
	    @time, @args, '-');
	my %is = ();

	print $in $log;
	$in->flush;
	for (1 .. 100) {
		%is = eval {
			slurp("/proc/$pid/status") =~ /^(\w+):\s*(.*)$/mg;
		};
		last if ($is{Seccomp} // 0) == 2;
		sleep 0.05;
	}
      SKIP: {
		skip 'no seccomp in this kernel', 2 unless $has_seccomp;
		is($is{NoNewPrivs} // 'absent', 1, "$tool: no new privileges");
		is($is{Seccomp} // 'absent', 2, "$tool: a filter is in force");
		my @loose = grep {
			(eval { slurp($_) } // 'Seccomp:	2')
			    !~ /^Seccomp:\s*2$/m
		} glob "/proc/$pid/task/*/status";
		is("@loose", '', "$tool: in every thread");
	}
	close $in;
	local $/;
	my $got = <$out>;
	waitpid $pid, 0;
	is($? & 127, 0, "$tool: is not killed by its own filter");
}

# A log in a named directory is read; a link out of it is not followed.
my $dir = dir();
mkdir "$dir/case";
put("$dir/case/mail.log", $log);
put("$dir/outside.log", $log);
symlink "$dir/outside.log", "$dir/case/link.log";
for my $tool (@writers) {
	my $r = run($tool, @time, "$dir/case");
	my @src = map { $_->{src} } grep { $_->{type} eq 'source' }
	    map { JSON::PP->new->decode($_) } split /\n/, $r->{out};

	is("@src", "$dir/case/mail.log",
	    "$tool: reads a directory, and no link in it");
	$r = run($tool, @time, "$dir/case/link.log");
	is($r->{status}, 0, "$tool: a link that is named is read");
}
done_testing();
