#!/usr/bin/perl

# mxgrep: expressions, whole messages and paths, windows, what was searched,
# output, diagnostics and status.

use strict;
use warnings;
use lib 't';
use Test::More;
use Mx;

plan skip_all => 'mxgrep is not built' unless -x tool_path('mxgrep');

my $dir = dir();

# A message that went through a filter and bounced, the notice about it, one
# that has nothing to do with it, and a message that a link joins to that.
my @rec = split /^/, <<'REC';
{"type":"message","time":"2026-09-01T10:00:00Z","end":"2026-09-01T10:00:05Z","host":"mx1","qid":"AAA","trace":"mx1/postfix/AAA","from":"ann@example.org","size":1000,"client_addr":"192.0.2.10","status":"sent","path":"mx1/postfix/AAA","hop":1}
{"type":"delivery","time":"2026-09-01T10:00:05Z","host":"mx1","qid":"AAA","trace":"mx1/postfix/AAA","from":"ann@example.org","to":"bob@example.net","orig_to":"sales@example.com","status":"sent","dsn":"2.0.0","delay":0.30,"reply":"250 2.0.0 Ok: queued as BBB","path":"mx1/postfix/AAA"}
{"type":"delivery","time":"2026-09-01T10:00:07Z","host":"mx1","qid":"BBB","trace":"mx1/postfix/BBB","from":"ann@example.org","to":"bob@example.net","status":"bounced","dsn":"5.1.1","delay":2,"reply":"host refused \udcff (in reply to RCPT)","path":"mx1/postfix/AAA"}
{"type":"message","time":"2026-09-01T10:00:06Z","end":"2026-09-01T10:00:07Z","host":"mx1","qid":"BBB","trace":"mx1/postfix/BBB","from":"ann@example.org","size":1300,"status":"bounced","parent":"mx1/postfix/AAA","parent_why":"queued-as","path":"mx1/postfix/AAA","hop":2}
{"type":"message","time":"2026-09-01T10:00:08Z","end":"2026-09-01T10:00:09Z","host":"mx1","qid":"CCC","trace":"mx1/postfix/CCC","from":"","status":"sent","parent":"mx1/postfix/BBB","parent_why":"notice","path":"mx1/postfix/CCC","hop":1}
{"type":"message","time":"2026-09-01T12:00:00Z","end":"2026-09-01T12:00:05Z","host":"mx1","qid":"DDD","trace":"mx1/postfix/DDD","from":"Carl@Example.COM","size":77,"client_addr":"2001:db8::1","status":"sent","path":"mx1/postfix/DDD","hop":1}
{"type":"link","trace":"mx1/postfix/EEE","parent":"mx1/postfix/DDD","parent_why":"message-id"}
{"type":"message","time":"2026-09-01T13:00:00Z","host":"mx1","qid":"EEE","trace":"mx1/postfix/EEE","from":"Carl@Example.COM","size":78,"client_addr":"2001:db8::1","status":"sent","path":"mx1/postfix/EEE","hop":1}
REC
my $end = <<'REC';
{"type":"source","size":5,"src":"/home/ann/mail.log"}
{"type":"coverage","time":"2026-09-01T10:00:00Z","end":"2026-09-01T13:00:00Z","host":"mx1","lines":100,"understood":90,"ignored":5,"foreign":3,"unknown":2}
REC
my $in = put("$dir/in.ndjson", @rec, $end);
my $cut = put("$dir/cut.ndjson", @rec);

# Records of the fixture, by number, and the end of the stream.
sub recs {
	return join('', map { $rec[$_] } @_) . $end;
}

sub finds {
	my ($args, $want, $name) = @_;
	my $r = run('mxgrep', @$args, $in);

	is($r->{out}, recs(@$want), $name || "@$args");
	is($r->{status}, @$want ? 0 : 1, "@$args: status");
	like($r->{err}, qr/\Amxgrep: searched 2026-09-01T10:00:00Z to /,
	    "@$args: only says what was searched");
	return $r;
}

finds(['status=bounced'], [2, 3]);
finds(['status=bounced and not dsn~^5[.]1'], [3]);
finds(['status=bounced', 'and', 'not', 'dsn~^5[.]1'], [3]);
finds(['status=bounced', 'dsn=5.1.1'], [2]);
finds(['--expr', 'status=bounced dsn=5.1.1'], [2]);
finds(['from=ann@EXAMPLE.org', 'type=message'], [0, 3]);
finds(['from=Ann@example.org'], [], 'the local part has case');
finds(['from=@example.com'], [5, 7]);
finds(['from='], [4], 'the null sender');
finds(['from=<>'], [4]);
finds(['from=*', 'and', 'not', '(', 'status=sent', 'or', 'status=bounced',
    ')'], []);
finds(['to=sales@example.com'], [1], 'orig_to, too');
finds(['client_addr=2001:0db8:0::/32'], [5, 7]);
finds(['client_addr=::ffff:192.0.2.10'], [0]);
finds(['size>77', 'size<=1000'], [0, 7]);
finds(['delay=0.3'], [1]);
finds(['time=2026-09-01T10:00:05'], [1]);
finds(['time>=2026-09-01T12'], [5, 7]);
finds(['reply~\xff'], [2], 'a byte that is not UTF-8, passed on as it was');
finds(['host refused'], [2], 'a word');
finds(['"(IN REPLY"'], [2]);
finds(['/home/ann'], [], 'the source record is not a find');
finds(['nosuch'], []);
finds(['qid=EEE', '--'], [7]);

# Whole messages and paths.
finds(['-m', 'dsn=5.1.1'], [2, 3]);
finds(['--messages', 'dsn=5.1.1'], [2, 3]);
finds(['-m', 'qid=AAA', 'type=message'], [0, 1]);
finds(['-m', 'nosuch'], []);
finds(['-w', 'dsn=5.1.1'], [0 .. 4], '-w takes the notice');
finds(['-w', 'from='], [0 .. 4]);
finds(['-w', 'qid=EEE'], [5, 6, 7], '-w takes what a link joins');
finds(['-w', 'qid=DDD'], [5, 6, 7]);
finds(['-m', 'qid=EEE'], [6, 7]);
finds(['dsn=5.1.1', '-w'], [0 .. 4], 'options behind the expression');

# The input named or not, and in TSV.
my $r = run('mxgrep', 'qid=AAA', { in => join '', @rec, $end });
is($r->{out}, recs(0, 1), 'standard input');
$r = run('mxgrep', 'qid=AAA', '-', { in => join '', @rec, $end });
is($r->{out}, recs(0, 1), 'standard input as -');
my $tsv = run('mxgrep', '-o', 'tsv', 'type=*', $in)->{out};
$r = run('mxgrep', 'type=*', { in => $tsv });
is($r->{out}, recs(0 .. 7), 'through TSV and back');
$r = run('mxgrep', 'type=*', { in => run('mxgrep', '-w', 'type=*',
    $in)->{out} });
is($r->{out}, recs(0 .. 7), 'and through a pipe');
put("$dir/a=b", @rec, $end);
$r = run('mxgrep', 'qid=CCC', '--', 'a=b', { cd => $dir });
is($r->{out}, recs(4), 'a file that looks like a term, behind --');
$r = run('mxgrep', 'qid=CCC', './a=b', { cd => $dir });
is($r->{out}, recs(4), 'and with a slash');
$r = run('mxgrep', '--', 'qid=CCC', $in);
is($r->{out}, recs(4), 'an expression behind --');

# Columns, formats, counts.
$r = run('mxgrep', '-f', 'qid,status', 'qid=AAA', $in);
is($r->{out}, <<'OUT', 'columns');
{"qid":"AAA","status":"sent"}
{"qid":"AAA","status":"sent"}
OUT
$r = run('mxgrep', '-o', 'tsv', '-f', 'type,to,reply', 'dsn=5.1.1', $in);
is($r->{out}, "type\tto\treply\n"
    . "delivery\tbob\@example.net\thost refused \\xff (in reply to RCPT)\n"
    . "source\t\\N\t\\N\ncoverage\t\\N\t\\N\n", 'TSV');
$r = run('mxgrep', '-o', 'csv', '-f', 'from,to', 'type=message', $in);
is($r->{out}, "from,to\n" . 'ann@example.org,' . "\n" . 'ann@example.org,'
    . "\n\"\",\n" . "Carl\@Example.COM,\n" x 2, 'CSV');
$r = run('mxgrep', '-o', 'tsv', '-f', 'qid', 'nosuch', $in);
is("$r->{out}$r->{status}", "qid\n1", 'a header, even of nothing');
for my $c ([ ['-c'], 'from=@example.org', 4 ], [ ['-cm'], 'from=@example.org',
    2 ], [ ['-c', '-w'], 'from=@example.org', 1 ], [ ['-c'], 'nosuch', 0 ],
    [ ['-cw'], 'type=*', 2 ], [ ['-c'], 'type=coverage', 1 ],
    [ ['-cm'], 'type=coverage or qid=AAA', 2 ]) {
	$r = run('mxgrep', @{$c->[0]}, $c->[1], $in);
	is($r->{out}, "$c->[2]\n", "@{$c->[0]} $c->[1]");
	is($r->{status}, $c->[2] ? 0 : 1, "@{$c->[0]} $c->[1]: status");
}

# What was searched.
$r = run('mxgrep', 'qid=AAA', $in);
is($r->{err}, 'mxgrep: searched 2026-09-01T10:00:00Z to 2026-09-01T13:00:00Z, '
    . "1 host (mx1), 100 lines, 2 not understood; TLS logging unknown\n",
    'what was searched');
$r = run('mxgrep', '-q', 'qid=AAA', $in);
is($r->{err}, '', '-q');

# Windows: half-open, on what has a line in them.
my @window = ('-s', '2026-09-01T10:00:07Z', '-u', '2026-09-01T10:00:08Z');
$r = run('mxgrep', @window, 'host=mx1', $in);
is($r->{out}, recs(2, 3), 'a window');
$r = run('mxgrep', '-m', @window, 'type=message', $in);
is($r->{out}, recs(2, 3), 'a window, whole messages');
$r = run('mxgrep', '-w', @window, 'status=bounced', $in);
is($r->{out}, recs(0 .. 4), 'a window, whole paths');
$r = run('mxgrep', '-m', '-s', '2026-09-01T10:00:07Z', '-u',
    '2026-09-01T10:00:08Z', 'qid=AAA', $in);
is("$r->{out}$r->{status}", recs() . '1', 'outside, and covered');
$r = run('mxgrep', '-m', '-s', '2026-09-01T10:00:05Z', '-u',
    '2026-09-01T10:00:06Z', 'size=1000', $in);
is($r->{out}, recs(0, 1), 'a message whose last line is inside');
$r = run('mxgrep', '-s', '2026-09-01T09:00:00Z', 'nosuch', $in);
is($r->{status}, 1, 'an hour of slack');
$r = run('mxgrep', '-s', '2026-09-01T08:59:59Z', 'nosuch', $in);
is($r->{status}, 2, 'a second more');
is($r->{errs}[-1], 'mxgrep: nothing found, but that proves nothing: mx1 '
    . 'begins at 2026-09-01T10:00:00Z', 'says why');
$r = run('mxgrep', '--slack', '2h', '-s', '2026-09-01T08:59:59Z', 'nosuch',
    $in);
is($r->{status}, 1, '--slack');
$r = run('mxgrep', '-q', '-u', '2026-09-01T15:00:00Z', 'nosuch', $in);
is($r->{status}, 2, 'the end is not covered');
is($r->{err}, 'mxgrep: nothing found, but that proves nothing: mx1 ends at '
    . "2026-09-01T13:00:00Z\n", 'said with -q, too');
$r = run('mxgrep', '-u', '2026-09-01T15:00:00Z', 'qid=AAA', $in);
is($r->{status}, 0, 'found all the same');
like($r->{err}, qr/; the window is not covered: mx1 ends at /, 'and said');
(my $gap = join '', @rec, $end) =~ s/("unknown":2)/$1,"gaps":"2026-09-01T11:00:00Z\/2026-09-01T11:30:00Z;silence"/;
$r = run('mxgrep', '-s', '2026-09-01T11:00:00Z', 'nosuch', { in => $gap });
is($r->{status}, 2, 'a gap inside');
like($r->{err}, qr/mx1 has a gap at 2026-09-01T11:00:00Z \(silence\)/,
    'a gap inside: which');
$r = run('mxgrep', '-s', '2026-09-01T11:30:00Z', 'nosuch', { in => $gap });
is($r->{status}, 1, 'a gap before the window');
my $undated = qq({"type":"event","stamp":"Sep  1","qid":"FFF"}\n);
for my $m ([], ['-m']) {
	$r = run('mxgrep', @$m, '-s', '2026-09-01T11:00:00Z', 'qid=FFF',
	    { in => join '', @rec, $undated, $end });
	is("$r->{out}$r->{status}", $undated . $end . '0',
	    "@$m no time: kept");
	like($r->{err}, qr/^mxgrep: records that match but have no time: 1;/m,
	    "@$m no time: said");
}
$r = run('mxgrep', 'qid=FFF', { in => join '', @rec, $undated, $end });
is($r->{out}, $undated . $end, 'no time, no window');
unlike($r->{err}, qr/no time/, 'no time, no window: not said');
$r = run('mxgrep', '-m', '-s', '2026-09-01T10:30:00Z', '-u',
    '2026-09-01T11:30:00Z', 'qid=EEE', $in);
is("$r->{out}$r->{status}", recs() . '1', 'a link is in no window');

# A stream that ends too early.
$r = run('mxgrep', 'qid=AAA', $cut);
is($r->{out}, join('', @rec[0, 1]), 'cut short: what matches');
is($r->{status}, 0, 'cut short: found');
is(scalar(grep { /cut short/ } @{$r->{errs}}), 1, 'cut short: said once');
$r = run('mxgrep', 'nosuch', $cut);
is($r->{status}, 2, 'cut short: not found is no answer');
$r = run('mxgrep', '-m', 'nosuch', $cut);
is($r->{status}, 2, 'cut short, -m');

# Mistakes: the text, the expression, a caret below the place.
for my $c ([ ['frm=x'], "unknown key 'frm' (did you mean from?)", 'frm=x', 0 ],
    [ ['status=sent', 'form=x'], "unknown key 'form' (did you mean from?)",
	'status=sent form=x', 12 ],
    [ ['status=sent and'], 'a term is missing here', 'status=sent and', 15 ],
    [ ['(status=sent'], "'(' without ')'", '(status=sent', 0 ],
    [ ['size>ten'], 'a number belongs here', 'size>ten', 5 ],
    [ ['from=*@example.org'], "'*' is no wildcard: use ~, or \@example.org "
	. 'for a domain, or quote the value', 'from=*@example.org', 5 ],
    [ ["\xc3\xa9 or \e["], undef, undef, 0 ],
    [ ["text='\xc3\xa9' and \e=\xff"], undef, undef, 0 ],
    [ ["text='\xc3\xa9\e' and frm=x"], "unknown key 'frm' (did you mean "
	. 'from?)', "text='\xc3\xa9\\x1b' and frm=x", 17 ]) {
	my ($args, $text, $shown, $column) = @$c;

	$r = run('mxgrep', @$args, '--', $in);
	unlike($r->{err}, qr/[\x00-\x08\x0b-\x1f\x7f]/, "@$args: clean");
	next unless defined $text;
	is($r->{err}, "mxgrep: $text\n$shown\n" . ' ' x $column . "^\n",
	    "@$args");
	is("$r->{status}$r->{out}", '2', "@$args: status, no output");
}
$r = run('mxgrep');
is($r->{status}, 2, 'no expression');
like($r->{err}, qr/\Amxgrep: an expression is missing\n/, 'said');
$r = run('mxgrep', 'status=sent', 'and', $in);
like($r->{err}, qr/\Amxgrep: \S+ is a file, but the expression needs a term /,
    'a file where a term is missing');
is($r->{status}, 2, 'a file where a term is missing: status');
$r = run('mxgrep', '--expr', 'a', '--expr', 'b', $in);
like($r->{err}, qr/\Amxgrep: --expr given twice/, '--expr twice');
$r = run('mxgrep', 'x' x 300 . ' and frm=' . 'y' x 300, $in);
like($r->{err}, qr/^mxgrep: .*\n\.\.\.x+ and frm=y+\.\.\.\n {63}\^\n\z/,
    'a long expression is cut around the place');
$r = run('mxgrep', '-q', 'reply~^(a+)+$', { in =>
    '{"type":"delivery","reply":"' . 'a' x 50 . "b\"}\n$end" });
is($r->{status}, 2, 'a regular expression that runs away');
like($r->{err}, qr/\Amxgrep: a regular expression was too costly .*\n\z/,
    'said once');

# A file that is missing: what is there is searched.
$r = run('mxgrep', 'qid=AAA', $in, "$dir/none");
is("$r->{out}$r->{status}", recs(0, 1) . '0', 'found beside a missing file');
$r = run('mxgrep', 'nosuch', $in, "$dir/none");
is($r->{status}, 2, 'not found beside a missing file');

# More than memory holds comes out the same.
SKIP: {
	skip 'set MX_LONG for a long test', 2 unless $ENV{MX_LONG};
	my $n = 250_000;
	my $big = put("$dir/big.ndjson", (map {
	    my $t = sprintf 'mx1/postfix/%06d', $_;
	    qq({"type":"message","trace":"$t","size":$_,"path":"$t",)
		. '"note":"' . 'x' x 250 . "\"}\n",
	    qq({"type":"delivery","trace":"$t","to":"r$_\@example.net"}\n)
	    } 1 .. $n), $end);

	$r = run('mxgrep', '-q', '-m', "to=r$n\@example.net or size=1", $big);
	is(scalar(() = $r->{out} =~ /\n/g), 6, 'a big spool');
	$r = run('mxgrep', '-q', '-m', 'type=message', $big);
	ok($r->{out} eq slurp($big), 'a big spool, all of it');
}
done_testing();
