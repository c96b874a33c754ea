#include "io/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"

#define TURN	(4 * (uint64_t)DIGEST_BLOCK)	/* bytes before the next job */

struct digest {
	struct digest	*next;
	EVP_MD_CTX	*ctx;
	int		 fd;
	bool		 seekable;
	bool		 busy;		/* somebody is hashing it */
	bool		 bad;		/* no digest of all bytes any more */
	uint64_t	 base;
	uint64_t	 done;		/* bytes hashed */
	uint64_t	 end;		/* bytes to be hashed so far */
	unsigned char	*ring[DIGEST_RING];
	size_t		 head, full;	/* full blocks from head on */
	size_t		 part;		/* bytes in the block behind them */
};

struct worker {
	pthread_t	 thread;
	bool		 quit;
	unsigned char	*scratch;
};

/*
 * The one hashing thread and its jobs, guarded by lock.  This is process
 * state because the thread is the process's, not a reader's.
 */
static pthread_mutex_t	 lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t	 work = PTHREAD_COND_INITIALIZER;
static pthread_cond_t	 idle = PTHREAD_COND_INITIALIZER;
static struct digest	*jobs;
static struct worker	*worker;

static pthread_once_t	 once = PTHREAD_ONCE_INIT;
static EVP_MD		*sha256;

static void
start_crypto(void)
{
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_ATEXIT, NULL) != 1 ||
	    (sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)) == NULL)
		msg_panic("libcrypto without SHA-256");
}

/* Hash up to TURN bytes of a file; scratch has DIGEST_BLOCK bytes. */
static void
hash_file(struct digest *d, uint64_t end, unsigned char *scratch)
{
	uint64_t left = end - d->done;

	if (left > TURN)
		left = TURN;
	while (left > 0) {
		size_t want = left < DIGEST_BLOCK ? (size_t)left : DIGEST_BLOCK;
		ssize_t n = pread(d->fd, scratch, want,
		    (off_t)(d->base + d->done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 ||
		    EVP_DigestUpdate(d->ctx, scratch, (size_t)n) != 1) {
			d->bad = true;
			return;
		}
		d->done += (uint64_t)n;
		left -= (uint64_t)n;
	}
}

/*
 * Hash what is there; called with the lock held, which is let go meanwhile.
 * A file wants scratch.
 */
static void
hash_some(struct digest *d, unsigned char *scratch)
{
	uint64_t end = d->end;
	size_t head = d->head;

	d->busy = true;
	pthread_mutex_unlock(&lock);
	if (d->seekable && scratch != NULL)
		hash_file(d, end, scratch);
	else if (EVP_DigestUpdate(d->ctx, d->ring[head], DIGEST_BLOCK) != 1)
		d->bad = true;
	pthread_mutex_lock(&lock);
	d->busy = false;
	if (!d->seekable) {
		d->head = (head + 1) % DIGEST_RING;
		d->full--;
	}
	pthread_cond_broadcast(&idle);
}

/* The next job with enough to do goes to the end of the line. */
static struct digest *
pick(void)
{
	struct digest **at, **last, *d;

	for (at = &jobs; (d = *at) != NULL; at = &d->next)
		if (!d->busy && !d->bad &&
		    (d->seekable ? d->end - d->done >= DIGEST_BLOCK :
		    d->full > 0))
			break;
	if (d == NULL)
		return NULL;
	*at = d->next;
	d->next = NULL;
	for (last = at; *last != NULL; last = &(*last)->next)
		;
	*last = d;
	return d;
}

static void *
hash_all(void *arg)
{
	struct worker *w = arg;
	struct digest *d;

	pthread_mutex_lock(&lock);
	while (!w->quit) {
		d = pick();
		if (d == NULL)
			pthread_cond_wait(&work, &lock);
		else
			hash_some(d, w->scratch);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* There is work: start or wake the thread.  Called with the lock held. */
static void
wake(void)
{
	struct worker *w;
	sigset_t all, old;
	int failed;

	if (worker != NULL) {
		pthread_cond_signal(&work);
		return;
	}
	w = mem_alloc(1, sizeof(*w));
	w->scratch = mem_alloc(DIGEST_BLOCK, 1);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	failed = pthread_create(&w->thread, NULL, hash_all, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed) {
		mem_free(w->scratch);
		mem_free(w);
		return;
	}
	worker = w;
}

struct digest *
digest_start(int fd, bool seekable, uint64_t base)
{
	struct digest *d = mem_alloc(1, sizeof(*d));

	pthread_once(&once, start_crypto);
	d->fd = fd;
	d->seekable = seekable;
	d->base = base;
	d->ctx = EVP_MD_CTX_new();
	if (d->ctx == NULL || EVP_DigestInit_ex2(d->ctx, sha256, NULL) != 1)
		msg_panic("libcrypto does not start");
	pthread_mutex_lock(&lock);
	d->next = jobs;
	jobs = d;
	pthread_mutex_unlock(&lock);
	return d;
}

void
digest_reach(struct digest *d, uint64_t n)
{
	pthread_mutex_lock(&lock);
	d->end = n;
	/* While it is busy, done is the thread's, which will look again. */
	if (!d->busy && n - d->done >= TURN)
		wake();
	pthread_mutex_unlock(&lock);
}

/* The block behind the last is full: hand it over, wait for a free one. */
static void
hand_over(struct digest *d)
{
	pthread_mutex_lock(&lock);
	d->full++;
	d->part = 0;
	wake();
	while (d->full == DIGEST_RING) {
		if (d->busy)
			pthread_cond_wait(&idle, &lock);
		else
			hash_some(d, NULL);
	}
	pthread_mutex_unlock(&lock);
}

void
digest_add(struct digest *d, struct slice s)
{
	while (s.len > 0) {
		size_t n = DIGEST_BLOCK - d->part;
		size_t at;

		/* Only the feeder changes head + full. */
		pthread_mutex_lock(&lock);
		at = (d->head + d->full) % DIGEST_RING;
		pthread_mutex_unlock(&lock);
		if (d->ring[at] == NULL)
			d->ring[at] = mem_alloc(DIGEST_BLOCK, 1);
		if (n > s.len)
			n = s.len;
		memcpy(d->ring[at] + d->part, s.ptr, n);
		d->part += n;
		s = slice_from(s, n);
		if (d->part == DIGEST_BLOCK)
			hand_over(d);
	}
}

/* Take the job away from the thread; the thread ends with its last job. */
static void
leave(struct digest *d)
{
	struct digest **at;
	struct worker *w = NULL;

	pthread_mutex_lock(&lock);
	for (at = &jobs; *at != d; at = &(*at)->next)
		;
	*at = d->next;
	while (d->busy)
		pthread_cond_wait(&idle, &lock);
	if (jobs == NULL && worker != NULL) {
		w = worker;
		worker = NULL;
		w->quit = true;
		pthread_cond_broadcast(&work);
	}
	pthread_mutex_unlock(&lock);
	if (w != NULL) {
		pthread_join(w->thread, NULL);
		mem_free(w->scratch);
		mem_free(w);
	}
}

/* Hash what the thread has left over; the job is ours alone by now. */
static void
hash_rest(struct digest *d)
{
	unsigned char *scratch;

	if (d->seekable) {
		scratch = mem_alloc(DIGEST_BLOCK, 1);
		while (!d->bad && d->done < d->end)
			hash_file(d, d->end, scratch);
		mem_free(scratch);
		return;
	}
	for (; !d->bad && d->full > 0; d->full--) {
		d->bad = EVP_DigestUpdate(d->ctx, d->ring[d->head],
		    DIGEST_BLOCK) != 1;
		d->head = (d->head + 1) % DIGEST_RING;
	}
	if (!d->bad && d->part > 0)
		d->bad = EVP_DigestUpdate(d->ctx, d->ring[d->head],
		    d->part) != 1;
}

static void
release(struct digest *d)
{
	EVP_MD_CTX_free(d->ctx);
	for (size_t i = 0; i < DIGEST_RING; i++)
		mem_free(d->ring[i]);
	mem_free(d);
}

bool
digest_done(struct digest *d, char hex[DIGEST_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	bool good;

	leave(d);
	hash_rest(d);
	good = !d->bad && EVP_DigestFinal_ex(d->ctx, sum, &len) == 1 &&
	    len == (DIGEST_HEX - 1) / 2;
	release(d);
	if (!good)
		return false;
	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[DIGEST_HEX - 1] = '\0';
	return true;
}

void
digest_drop(struct digest *d)
{
	leave(d);
	release(d);
}
