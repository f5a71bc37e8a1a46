package io.bakstripe.worker.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.StripeRef;
import io.bakstripe.protocol.name.TaskId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StripePlacementTest {
    private static StripeRef stripe(long task, int attempt, int stripe) {
        return new StripeRef(new AttemptRef(new InstanceName("sandbox"), new TaskId(task), attempt), stripe);
    }

    private static Map<String, List<String>> placed(List<String> nodes, int shards) {
        Map<String, List<String>> placed = new HashMap<>();
        nodes.forEach(node -> placed.put(node, List.of()));
        placed.putAll(IntStream.range(0, shards)
                .mapToObj(Integer::toString)
                .collect(Collectors.groupingBy(shard -> StripePlacement.node(shard, nodes))));
        return placed;
    }

    @Test
    void spreadsTheStripesOfEveryTaskEvenlyOverTheNodes() {
        List<String> nodes = List.of("a", "b", "c", "d", "e");

        for (long task = 1; task <= 200; task++) {
            long number = task;
            Map<String, Long> load = IntStream.rangeClosed(1, 10)
                    .mapToObj(stripe -> StripePlacement.node(
                            Integer.toString(StripePlacement.shard(stripe(number, 1, stripe), 100)), nodes))
                    .collect(Collectors.groupingBy(node -> node, Collectors.counting()));
            assertThat(load)
                    .hasSize(5)
                    .allSatisfy((node, count) -> assertThat(count).isEqualTo(2));
        }
    }

    @Test
    void putsAllAttemptsOfAStripeIntoOneShard() {
        assertThat(StripePlacement.shard(stripe(7, 1, 3), 100)).isEqualTo(StripePlacement.shard(stripe(7, 2, 3), 100));
        assertThat(new StripeShards(100).shardId(stripe(7, 1, 3).entityId()))
                .isEqualTo(Integer.toString(StripePlacement.shard(stripe(7, 1, 3), 100)));
    }

    @Test
    void movesNothingWhileTheNodesStay() {
        List<String> nodes = List.of("a", "b", "c");

        assertThat(StripePlacement.moves(placed(nodes, 100), nodes, Set.of(), 10))
                .isEmpty();
    }

    @Test
    void movesOnlyMisplacedShardsAndFewAtATimeWhenANodeJoins() {
        List<String> two = List.of("a", "b");
        List<String> three = List.of("a", "b", "c");
        Map<String, List<String>> current = placed(two, 100);
        current.put("c", List.of());

        Set<String> first = StripePlacement.moves(current, three, Set.of(), 3);
        Set<String> next = StripePlacement.moves(current, three, first, 5);

        assertThat(first)
                .hasSize(3)
                .allSatisfy(shard ->
                        assertThat(StripePlacement.node(shard, three)).isNotEqualTo(StripePlacement.node(shard, two)));
        assertThat(next).hasSize(2).doesNotContainAnyElementsOf(first);
        assertThat(StripePlacement.moves(current, three, Set.of(), 0)).isEmpty();
    }
}
