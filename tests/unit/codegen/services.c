/* SPDX-License-Identifier: MIT */
/* What an application writes against generated types: every kind of field of graphql/. */
#include "xylem/loader.h"

#include "types.h"

#define ALPHABET    "abcdefghijklmnopqrstuvwxyz"
#define TICK_MS     5u
#define LETTERS_MAX 26u

static Seller anna = {.id = XY_STR_INIT("s1"), .name = XY_STR_INIT("Anna")};
static Seller ben = {.id = XY_STR_INIT("s2"), .name = XY_STR_INIT("Ben")};
static Bid first_bid = {.amount = 100, .by = &ben};
static Auction car;

/* The one auction there is; its lists are filled once. */
static Auction *the_car(void)
{
    if (car.id.ptr)
        return &car;
    car = (Auction){
        .id = XY_STR("1"),
        .title = XY_STR("A car"),
        .status = AuctionStatus_OPEN,
        .mood = Mood_NULL,
        .startPrice = 99.5,
        .views = 7,
        .rating = xy_some_int(-3),
        .isHot = true,
        .data = xy_value_int(42),
        .seller = &anna,
    };
    Bid_list_push(&car.bids, first_bid);
    Seller_ref_list_push(&car.watchers, &ben);
    Seller_ref_list_push(&car.watchers, NULL);
    xy_str_list_push(&car.tags, XY_STR("red"));
    xy_maybe_int_list_push(&car.guesses, xy_some_int(5));
    xy_maybe_int_list_push(&car.guesses, (xy_maybe_int){0});
    Mood_list_push(&car.moods, Mood_SAD);
    Part_list_push(&car.parts, Part_from_Bid(&first_bid));
    Part_list_push(&car.parts, Part_from_Seller(&anna));
    Part_list_push(&car.parts, (Part){0});
    return &car;
}

static Auction *find(xy_str id)
{
    return xy_str_eq(id, the_car()->id) ? &car : NULL;
}

int Auction_highest(xy_call *c, const Auction *self, xy_maybe_float *out)
{
    (void)c;
    for (size_t i = 0; i < self->bids.len; i++)
        if (!out->has || out->value < self->bids.items[i].amount)
            *out = xy_some_float(self->bids.items[i].amount);
    return XY_OK;
}

int Auction_bid(xy_call *c, const Auction *self, const Auction_bid_args *a, Bid **out)
{
    (void)c;
    for (size_t i = 0; i < self->bids.len; i++)
        if (self->bids.items[i].amount >= a->amount)
            *out = &self->bids.items[i];
    return XY_OK;
}

int Auction_history(xy_call *c, const Auction *self, const Auction_history_args *a,
                    Auction_history_source *s)
{
    if (a->first.value < 0)
        return xy_fail(c, "first is %d", a->first.value);
    for (size_t i = 0; i < self->bids.len && a->first.has && (int32_t)i < a->first.value; i++)
        Auction_history_push(s, &self->bids.items[i]);
    Auction_history_end(s);
    return XY_OK;
}

/* Fetches what all fields of one level of a query ask for, in one call. */
static int load_sellers(xy_call *c, xy_batch *batch)
{
    (void)c;
    for (size_t i = 0; i < xy_batch_len(batch); i++) {
        const Seller *seller = xy_str_eq(xy_batch_key(batch, i), anna.id) ? &anna : &ben;

        xy_batch_put(batch, i, xy_result_object(NULL, seller));
    }
    return XY_OK;
}

static const xy_loader sellers = {.load = load_sellers};

int Seller_rival(xy_call *c, const Seller *self, Seller **out)
{
    (void)out; /* the loader answers */
    return xy_load(c, &sellers, xy_str_eq(self->id, anna.id) ? ben.id : anna.id);
}

int Query_auctions(xy_call *c, const Query_auctions_args *a, Auction_list *out)
{
    if (a->has_status && a->status != the_car()->status)
        return XY_OK;
    if (a->limit.value == 0 || a->tags.len > 1)
        return xy_fail(c, "limit %d, %zu tags", a->limit.value, a->tags.len);
    xy_list_alloc(c, out, 1);
    out->items[0] = *the_car();
    return XY_OK;
}

int Query_auction(xy_call *c, const Query_auction_args *a, Auction **out)
{
    (void)c;
    *out = find(a->id);
    return XY_OK;
}

int Query_node(xy_call *c, const Query_node_args *a, Node *out)
{
    (void)c;
    *out = xy_str_eq(a->id, anna.id) ? Node_from_Seller(&anna) : Node_from_Auction(find(a->id));
    return XY_OK;
}

int Query_part(xy_call *c, Part *out)
{
    (void)c;
    *out = Part_from_Seller(&ben);
    return XY_OK;
}

int Query_version(xy_call *c, xy_str *out)
{
    *out = xy_format(c, "xylem %s", xy_version());
    return XY_OK;
}

int Query_echo(xy_call *c, const Query_echo_args *a, xy_value *out)
{
    xy_str text = xy_format(c, "%s %d %s %g %s", a->has_json ? "json" : "-", (int)a->mood,
                            a->has_mood ? "mood" : "-", a->number.value,
                            !a->has_flag    ? "-"
                            : !a->flag.has  ? "null"
                            : a->flag.value ? "true"
                                            : "false");

    *out = a->has_json ? a->json : xy_value_string(text);
    return XY_OK;
}

static void answer_slow(Query_slow_promise *p, void *arg)
{
    (void)arg;
    Query_slow_resolve(p, the_car());
}

int Query_slow(xy_call *c, const Query_slow_args *a, Query_slow_promise *p)
{
    if (a->wait == -1)
        return xy_fail(c, "no time");
    if (a->wait == -2)
        return Query_slow_fail(p, "no time at %d", a->wait);
    if (a->wait == 0)
        return Query_slow_resolve(p, NULL);
    Query_slow_after(p, (uint64_t)a->wait, answer_slow, NULL);
    return XY_OK;
}

static void next_letter(Query_alphabet_source *s, void *arg)
{
    size_t *next = arg;

    Query_alphabet_push(s, (xy_str){&ALPHABET[(*next)++], 1});
    if (*next == LETTERS_MAX)
        Query_alphabet_end(s);
}

int Query_alphabet(xy_call *c, Query_alphabet_source *s)
{
    (void)c;
    Query_alphabet_every(s, TICK_MS, next_letter, Query_alphabet_alloc(s, sizeof(size_t)));
    return XY_OK;
}

int Query_bidders(xy_call *c, Query_bidders_source *s)
{
    (void)c;
    Query_bidders_push(s, &ben);
    return Query_bidders_fail(s, "only %d of them", 1);
}

int Query_maybe(xy_call *c, const Query_maybe_args *a, xy_maybe_int *out)
{
    (void)c;
    *out = a->n;
    return XY_OK;
}

int Query_mood(xy_call *c, Mood *out)
{
    (void)c;
    *out = Mood_SAD;
    return XY_OK;
}

int Query_numbers(xy_call *c, xy_int_list *out)
{
    xy_list_alloc(c, out, 3);
    out->items[2] = 3;
    return XY_OK;
}

/* On a thread of the pool: it may take its time. */
int Query_primes(xy_work *w, const Query_primes_args *a, xy_int_list *out)
{
    if (a->below < 0)
        return xy_work_fail(w, "no primes below %d", a->below);
    xy_list_alloc(w, out, a->below);
    out->len = 0;
    for (int32_t n = 2; n < a->below; n++) {
        bool prime = true;

        for (int32_t by = 2; by < n; by++)
            prime = prime && n % by != 0;
        if (prime)
            out->items[out->len++] = n;
    }
    return XY_OK;
}

int Auction_summary(xy_work *w, const Auction *self, xy_str *out)
{
    *out = xy_work_format(w, "%.*s, %zu seen", XY_PRI(self->title), (size_t)self->views);
    return XY_OK;
}

int Query_grid(xy_call *c, int_list_list *out)
{
    xy_list_alloc(c, out, 2);
    xy_list_alloc(c, &out->items[0], 1);
    return XY_OK;
}

int Mutation_bid(xy_call *c, const Mutation_bid_args *a, Bid **out)
{
    const BidInput *input = &a->input;
    Auction *auction = find(input->auctionId);

    if (!auction)
        return xy_fail(c, "no auction %.*s", XY_PRI(input->auctionId));
    *out = Bid_list_push(&auction->bids, (Bid){.amount = input->amount, .by = &ben});
    Auction_invalidate(c, auction->id);
    Query_auctions_invalidate(c);
    return Subscription_bidMade_publish(c, input->auctionId, *out);
}

int Mutation_close(xy_call *c, const Mutation_close_args *a, Auction **out)
{
    Auction *auction = find(a->id);

    if (!auction)
        return XY_OK;
    auction->status = AuctionStatus_CLOSED;
    if (a->has_reason)
        auction->note = XY_STR("It was closed.");
    *out = auction;
    return Subscription_statusChanged_publish(c, auction);
}

typedef struct countdown {
    int32_t next;
    int32_t step;
} countdown;

static void count(Subscription_countdown_source *s, void *arg)
{
    countdown *state = arg;

    Subscription_countdown_push(s, state->next);
    state->next -= state->step;
    if (state->next < 0)
        Subscription_countdown_end(s);
}

int Subscription_countdown(xy_call *c, const Subscription_countdown_args *a,
                           Subscription_countdown_source *s)
{
    countdown *state;

    if (a->from < 0)
        return xy_fail(c, "from %d on?", a->from);
    state = Subscription_countdown_alloc(s, sizeof *state);
    state->next = a->from;
    state->step = a->step.has ? a->step.value : 1;
    Subscription_countdown_every(s, TICK_MS, count, state);
    return XY_OK;
}

int Subscription_offers(xy_call *c, Subscription_offers_source *s)
{
    (void)c;
    Subscription_offers_push(s, the_car());
    Subscription_offers_push(s, NULL);
    Subscription_offers_end(s);
    return XY_OK;
}
