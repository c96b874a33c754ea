#!/usr/bin/perl

# Does check find what it must?  Small traces, right and wrong.

use strict;
use warnings;
use File::Temp;

my $dir = File::Temp->newdir;
my @truth = map { "$_\n" }
    '{"scenario":"a","expect":"message","message_id":"<1@x>","instance":"postfix","from":"s@example.org","client_addr":"127.0.2.1","tls":"encrypted","tls_version":"TLSv1.3","status":"sent"}',
    '{"scenario":"a","expect":"delivery","message_id":"<1@x>","instance":"postfix","to":"r@example.org","status":"deferred","tls":"refused","count":1}',
    '{"scenario":"a","expect":"delivery","message_id":"<1@x>","instance":"postfix","to":"r@example.org","status":"sent","tls":"plaintext","count":1,"needs_tag":true}',
    '{"scenario":"a","expect":"message","message_id":"<1@x>","instance":"postfix-b","status":"sent|mixed"}',
    '{"scenario":"a","expect":"delivery","message_id":"<1@x>","instance":"postfix-b","to":"r@example.org","status":"sent","tls":"encrypted","tls_version":"TLSv1.2","count":2,"tls_may_be_unknown":true}',
    '{"scenario":"a","expect":"link","message_id":"<1@x>","why":"queued-as"}',
    '{"scenario":"b","expect":"reject","from":"s@example.org","to":"r@example.org","stage":"RCPT","reply_code":"554","client_addr":"127.0.2.9","instance":"postfix","count":2}',
    '{"scenario":"c","expect":"message","instance":"postfix","client_addr":"127.0.2.8","status":"discarded"}',
    '{"scenario":"d","expect":"message","instance":"postfix","from":"asks@example.org","status":"deliverable"}',
    '{"scenario":"d","expect":"delivery","instance":"postfix","to":"asked@example.org","tls":"plaintext","status":"deliverable"}';
my @good = (
	'{"type":"message","trace":"h/postfix/A","instance":"postfix","qid":"A1","message_id":"<1@x>","from":"s@example.org","client_addr":"127.0.2.1","tls":"encrypted","tls_version":"TLSv1.3","status":"sent","path":"h/postfix/A"}',
	'{"type":"delivery","trace":"h/postfix/A","instance":"postfix","qid":"A1","message_id":"<1@x>","to":"r@example.org","status":"deferred","tls":"refused"}',
	'{"type":"delivery","trace":"h/postfix/A","instance":"postfix","qid":"A1","message_id":"<1@x>","to":"r@example.org","status":"sent","tls":"plaintext"}',
	'{"type":"message","trace":"h/postfix-b/B","instance":"postfix-b","qid":"B1","message_id":"<1@x>","status":"sent","path":"h/postfix-b/B"}',
	'{"type":"delivery","trace":"h/postfix-b/B","instance":"postfix-b","qid":"B1","message_id":"<1@x>","to":"r@example.org","status":"sent","tls":"encrypted","tls_version":"TLSv1.2"}',
	'{"type":"delivery","trace":"h/postfix-b/B","instance":"postfix-b","qid":"B1","message_id":"<1@x>","to":"r@example.org","status":"sent","tls":"unknown"}',
	'{"type":"link","trace":"h/postfix-b/B","parent":"h/postfix/A","parent_why":"queued-as"}',
	('{"type":"message","trace":"h/postfix/NOQUEUE/1","instance":"postfix","qid":"NOQUEUE","from":"s@example.org","to":"r@example.org","stage":"RCPT","reply_code":"554","client_addr":"127.0.2.9","status":"rejected"}') x 2,
	'{"type":"message","trace":"h/postfix/C","instance":"postfix","qid":"C1","client_addr":"127.0.2.8","status":"discarded"}',
	'{"type":"message","trace":"h/postfix/D","instance":"postfix","qid":"D1","message_id":"\udc80","status":"sent"}',
	'{"type":"message","trace":"h/postfix/E","instance":"postfix","qid":"E1","from":"asks@example.org","message_id":"<made@mx>","status":"deliverable"}',
	'{"type":"delivery","trace":"h/postfix/E","instance":"postfix","qid":"E1","to":"asked@example.org","message_id":"<made@mx>","status":"deliverable","tls":"plaintext"}',
);
my @case = (
	[ 'all right', '' ],
	[ 'a message missed', 'a', undef, 0 ],
	[ 'a delivery missed', 'a', undef, 1 ],
	[ 'one of two deliveries missed', 'a', undef, 5 ],
	[ 'the link missed', 'a', undef, 6 ],
	[ 'a refusal missed', 'b', undef, 7 ],
	[ 'a nameless message missed', 'c', undef, 9 ],
	[ 'a delivery twice', 'a', 'twice', 2 ],
	[ 'a message twice', 'a', 'twice', 0 ],
	[ 'a refusal too many', 'b', 'twice', 7 ],
	[ 'in another instance as well', 'a', [ '"postfix"' => '"postfix-z"' ], 2, 1 ],
	[ 'wrong verdict', 'a', [ '"plaintext"' => '"encrypted"' ], 2 ],
	[ 'unknown where it is proven', 'a', [ '"plaintext"' => '"unknown"' ], 2 ],
	[ 'unknown with the tag lost', '', [ '"plaintext"' => '"unknown"' ], 2, 0, '--lost-tag' ],
	[ 'wrong with the tag lost', 'a', [ '"plaintext"' => '"encrypted"' ], 2, 0, '--lost-tag' ],
	[ 'wrong where unknown would do', 'a', [ '"unknown"' => '"plaintext"' ], 5 ],
	[ 'wrong version', 'a', [ 'TLSv1.3' => 'TLSv1.2' ], 0 ],
	[ 'no version', 'a', [ ',"tls_version":"TLSv1.3"' => '' ], 0 ],
	[ 'no version by the tls= field', '', [ ',"tls_version":"TLSv1.2"' => ',"tls_why":"tls-field"' ], 4 ],
	[ 'no version by a handshake', 'a', [ ',"tls_version":"TLSv1.2"' => ',"tls_why":"handshake"' ], 4 ],
	[ 'by the tls= field, where more is logged', 'a', [ ',"tls_version":"TLSv1.3"' => ',"tls_why":"tls-field"' ], 0 ],
	[ 'wrong status', 'a', [ '"deferred"' => '"bounced"' ], 1 ],
	[ 'wrong client', 'a', [ '127.0.2.1"' => '127.0.2.2"' ], 0 ],
	[ 'joined for another reason', 'a', [ 'queued-as' => 'message-id' ], 6 ],
	[ 'a message that is known by its sender', 'd', undef, 11 ],
	[ 'and its delivery', 'd', undef, 12 ],
	[ 'it was sent', 'd', [ '"deliverable"' => '"sent"' ], 11 ],
	[ 'by another sender', 'd', [ 'asks' => 'sends' ], 11 ],
	[ 'its delivery is another', 'd', [ '"plaintext"' => '"encrypted"' ], 12 ],
	[ 'another reply code', 'b', [ '"554"' => '"550"' ], 7 ],
);

sub put {
	my ($path, @l) = @_;

	open my $f, '>', $path or die "$path: $!\n";
	print $f @l;
	close $f;
}

print '1..', @case + 1, "\n";
put("$dir/truth", @truth);
my ($n, $bad) = (0, 0);
for my $c (@case) {
	my ($name, $want, $how, $at, $also, $opt) = @$c;
	my @t = @good;
	if (ref $how eq 'ARRAY') {
		my ($x, $y) = @$how;
		my $l = $t[$at];
		$l =~ s/\Q$x\E/$y/ or die "check.t: $name: nothing to change\n";
		$also ? push @t, $l : ($t[$at] = $l);
	} elsif (defined $how && !ref $how) {
		push @t, $t[$at];
	} elsif (defined $at) {
		splice @t, $at, 1;
	}
	put("$dir/trace", map { "$_\n" } @t);
	my $out = `t/lab/check @{[$opt // '']} $dir/trace $dir/truth`;
	my $st = $? >> 8;
	my $got = join ' ', $out =~ /^not ok \d+ - (\S+)/mg;
	my $ok = $got eq $want && $st == ($want eq '' ? 0 : 1);
	$n++;
	print $ok ? 'ok' : 'not ok', " $n - $name\n";
	$bad++, print "# status $st, missed: $got\n" if !$ok;
}
put("$dir/trace", "{\n");
system "t/lab/check $dir/trace $dir/truth 2>/dev/null >/dev/null";
$n++;
my $ok = $? >> 8 == 2;
$bad++ if !$ok;
print $ok ? 'ok' : 'not ok', " $n - unreadable is status 2\n";
exit($bad ? 1 : 0);
