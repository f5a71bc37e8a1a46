package io.bakstripe.worker.stripe;

import static java.util.Objects.requireNonNull;

import io.bakstripe.protocol.name.StripeRef;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where stripes run: the stripes of one task lie in consecutive shards, and consecutive shards on consecutive nodes, so that every node gets its share. */
final class StripePlacement {
    private StripePlacement() {}

    /** The shard of a stripe; the same for all attempts of a task. */
    static int shard(StripeRef stripe, int shards) {
        int hash = (stripe.attempt().instance() + "/" + stripe.attempt().task()).hashCode();
        return Math.floorMod((hash ^ hash >>> 16) + stripe.stripe(), shards);
    }

    /** @param nodes in an order that all nodes agree on, at least one */
    static <N> N node(String shard, List<N> nodes) {
        return nodes.get(Math.floorMod(Integer.parseInt(shard), nodes.size()));
    }

    /**
     * Shards that are not where they belong.
     *
     * @param current what each of the nodes has now
     * @param moving shards that move already
     * @param limit the most that may move at once, those included
     */
    static <N> Set<String> moves(
            Map<N, ? extends Collection<String>> current, List<N> nodes, Set<String> moving, int limit) {
        Set<String> moves = new LinkedHashSet<>();
        for (N node : nodes) {
            for (String shard : requireNonNull(current.get(node))) {
                boolean misplaced = !node(shard, nodes).equals(node) && !moving.contains(shard);
                if (misplaced && moves.size() + moving.size() < limit) {
                    moves.add(shard);
                }
            }
        }
        return moves;
    }
}
