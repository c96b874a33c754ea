/*
 * lines - what each kind of line does to the state of the tracker
 *
 * Private.  track.c hands every line to one of these once locate.c has
 * found who wrote it; a file on_*.c has what belongs together: sessions of
 * clients, TLS, deliveries, refusals and other actions, the queue.  None
 * fails: a line that joins nothing changes nothing, or begins the life that
 * it speaks of.  A queue ID may be NOQUEUE where it says so.
 */
#ifndef TRACK_LINES_H
#define TRACK_LINES_H

#include "track/core.h"

/* locate.c */
/*
 * Host, instance, tag and process of the line, no tag of one that is not
 * Postfix's; false if it cannot be joined, because there are too many.
 */
bool		 lines_locate(struct track *, struct event *, struct at *);
/*
 * Lines that no program of Postfix wrote: also blank ones and marks, which
 * are left out on purpose and have no tag.
 */
bool		 lines_is_foreign(const struct event *);
/* Silence, lost lines: what follows cannot be judged by what came before. */
void		 lines_note_time(const struct at *);

/* on_session.c */
/* The session at hand, begun now if its connect line is not here. */
struct session	*lines_session(struct track *, const struct at *);
void		 on_connect(struct track *, const struct at *);
void		 on_disconnect(struct track *, const struct at *);
void		 on_client(struct track *, const struct at *, struct slice qid);
/* lost connection after DATA (N bytes), and its like */
void		 on_broken(const struct at *);

/* on_proxy.c */
/* NOQUEUE: client=... */
void		 on_proxied(struct track *, const struct at *);
/* proxy-accept: ... queued as ID */
void		 on_proxy_accept(struct track *, const struct at *);
/* A client line of the message: has its proxy-accept come before? */
void		 on_proxied_late(struct track *, const struct at *,
		    struct message *, struct slice qid);
void		 proxy_free(struct track *);
/* proxy-reject: the line lacks the client, who is that of NOQUEUE: client= */
void		 on_proxy_reject(struct track *, struct message *,
		    struct session *);

/* on_tls.c */
/* Lines about connections that tlsproxy serves. */
void		 on_tlsproxy(struct track *, const struct at *);
/* A handshake, a failed one, or an offer. */
void		 on_tls(struct track *, struct at *);

/* on_delivery.c */
/* Append a delivery; over the limit, write what is held. */
void		 lines_add_delivery(struct track *, struct message *,
		    const struct at *, const struct verdict *,
		    const struct tlsinfo *);
void		 on_delivery(struct track *, struct at *, struct slice qid);

/* on_action.c */
/*
 * reject:, milter-reject:, hold:, discard:, header checks and the like;
 * with or without queue ID.
 */
void		 on_action(struct track *, const struct at *, struct slice qid);

/* on_queue.c */
void		 on_pickup(struct track *, const struct at *, struct slice qid);
void		 on_message_id(struct track *, const struct at *,
		    struct slice qid);
void		 on_queued(struct track *, const struct at *, struct slice qid);
/* removed, deleted, requeued, held, released, expired. */
void		 on_state(struct track *, const struct at *, struct slice qid);
/* Text of smtp and others that is no layout of its own; also NOQUEUE. */
void		 on_note(struct track *, const struct at *, struct slice qid);
/* A notice to the sender is a message of its own. */
void		 on_notice(struct track *, const struct at *, struct slice qid);

/* on_config.c */
/* Start, reload and stop bound what older lines can prove. */
void		 on_config(struct track *, const struct at *);

#endif
