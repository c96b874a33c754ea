#!/usr/bin/perl

# mxcarve --checkpoint: a run that was interrupted anywhere goes on and gives
# the same output in the end.  What an interruption leaves is the beginning of
# the file that a whole run writes.

use strict;
use warnings;
use lib 't';
use POSIX ();
use Test::More;
use Mx;

plan skip_all => 'mxcarve is not built' unless -x tool_path('mxcarve');

my $dir = dir();
my $mb = 1024 * 1024;
my $f = "$dir/d.img";

put("$dir/z", big_log(200) =~ s/^Sep  1/Sep  4/mgr);
system('gzip', '-nf', "$dir/z") == 0 or die "gzip\n";
put($f, '');
truncate $f, 300 * $mb or die "truncate: $!\n";
open my $h, '+<:raw', $f or die "$f: $!\n";
for ([5 * $mb, big_log(50)], [63 * $mb + 999, $log], [100 * $mb, slurp("$dir/z.gz")],
    [128 * $mb - 40, $log =~ s/^Sep  1/Sep  2/mgr], [200 * $mb + 7, big_log(50)], [290 * $mb, slurp('samples/queue/400008000D')]) {
	seek $h, $_->[0], 0;
	print $h $_->[1];
}
close $h;

my @cmd = ('-q', '-y', 2026);
my $want = run('mxcarve', @cmd, $f);
my $c = "$dir/cp";

sub again { return run('mxcarve', @cmd, '--checkpoint', $_[0], @_[1 .. $#_], $f) }

my $r = again($c);
is($r->{status}, 0, 'a run that is not interrupted');
ok($r->{out} eq $want->{out}, 'gives the same');
my $whole = slurp($c);
is((stat $c)[2] & 0777, 0600, 'the checkpoint is for us only');
cmp_ok(length $whole, '>', 50000, 'what was found is in it');
ok(again($c)->{out} eq $want->{out}, 'once more: the same');
for my $n (0, 1, 4, 100, 5000, map { int(length($whole) * $_ / 7) } 1 .. 7) {
	put($c, substr $whole, 0, $n);
	my $r = again($c);
	is("$r->{status} " . ($r->{out} eq $want->{out} ? 'same' : 'other'), '0 same', "interrupted after $n bytes");
}
# Bytes behind the last mark that never came to the disk.
put($c, substr($whole, 0, length($whole) / 2), "\0" x 5000);
ok(again($c)->{out} eq $want->{out}, 'with zeroes behind it');
substr(my $bad = $whole, length($whole) / 2, 1) ^= "\x40";
put($c, $bad);
ok(again($c)->{out} eq $want->{out}, 'a bit that has turned: on from the mark before');
for my $o (['-j', 2], ['--hash', 'md5'], ['--no-hash']) {
	put($c, substr $whole, 0, length($whole) / 2);
	ok(again($c, @$o)->{out} eq run('mxcarve', @cmd, @$o, $f)->{out}, "with @$o");
}
put($c, substr $whole, 0, length($whole) / 2);
is(again($c, '--map', "$dir/map", '--rest', "$dir/rest")->{status}, 0, 'with --map and --rest');
run('mxcarve', @cmd, '--map', "$dir/map2", '--rest', "$dir/rest2", $f);
is(slurp("$dir/map"), slurp("$dir/map2"), 'the same map');
is(system('cmp', '-s', "$dir/rest", "$dir/rest2"), 0, 'the same rest');

# One that is really killed, once something has been written.
unlink $c;
my $pid = fork // die "fork: $!\n";
if ($pid == 0) {
	open STDOUT, '>', '/dev/null';
	exec tool_path('mxcarve'), @cmd, '--checkpoint', $c, $f or POSIX::_exit(127);
}
select undef, undef, undef, 0.01 until -s $c || waitpid($pid, POSIX::WNOHANG()) != 0;
kill 'KILL', $pid;
waitpid $pid, 0;
ok(again($c)->{out} eq $want->{out}, 'killed');

put($c, $whole);
is(run('mxcarve', '-q', '-y', 2025, '--checkpoint', $c, $f)->{status}, 2, 'not with other options');
is(slurp($c), $whole, 'which leaves it as it is');
put("$dir/other", "\0" x 100);
is(run('mxcarve', @cmd, '--checkpoint', $c, "$dir/other")->{status}, 2, 'nor of another image');
my $mail = put("$dir/mail.log", $log);
is(again($mail)->{status}, 2, 'a file that is none');
is(slurp($mail), $log, 'is not written over');
is(run('mxcarve', '--checkpoint', $c, '-', { in => '' })->{status}, 2, 'not of a pipe');
is(again($c, '--extract', "$dir/x")->{status}, 2, 'not with --extract');
symlink "$dir/nowhere", "$dir/link";
is(again("$dir/link")->{status}, 2, 'no link is followed');

done_testing();
