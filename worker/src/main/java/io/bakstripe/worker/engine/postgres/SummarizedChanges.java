package io.bakstripe.worker.engine.postgres;

import io.bakstripe.worker.engine.postgres.RelationFile.Relation;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the server's summaries of its log say of the main forks of relations. Takes a bit for each block of the files that are named in them.
 *
 * <p>The other forks are taken whole and not looked up here: servers before their repair leave visibility maps out of the summaries.
 */
final class SummarizedChanges implements Changes {
    private static final int MAIN_FORK = 0;

    private final long segmentBlocks;
    private final Map<Segment, BitSet> changed = new HashMap<>();
    private final Map<Relation, Long> limits = new HashMap<>();
    private final Set<Relation> copied = new HashSet<>();

    /** @param segmentBlocks that a file has at most */
    SummarizedChanges(long segmentBlocks) {
        this.segmentBlocks = segmentBlocks;
    }

    /**
     * Takes note of a row of a summary.
     *
     * @param limit whether the relation was made, or cut to this many blocks, in that time; of relation 0, that a database's files were copied there
     */
    void add(Relation relation, int fork, long block, boolean limit) {
        if (relation.node() == 0) {
            copied.add(relation);
        } else if (fork == MAIN_FORK && limit) {
            limits.merge(relation, block, Math::min);
        } else if (fork == MAIN_FORK) {
            changed.computeIfAbsent(new Segment(relation, block / segmentBlocks), segment -> new BitSet())
                    .set((int) (block % segmentBlocks));
        }
    }

    @Override
    public Optional<BitSet> of(RelationFile file, int blocks, int baseBlocks) {
        Relation relation = file.relation();
        long begin = file.segment() * segmentBlocks;
        long limit = limits.getOrDefault(relation, Long.MAX_VALUE);
        if (copied.contains(new Relation(relation.tablespace(), relation.database(), 0)) || limit <= begin) {
            return Optional.empty();
        }
        BitSet known = changed.get(new Segment(relation, file.segment()));
        BitSet differing = new BitSet();
        if (known != null) {
            differing.or(known);
            differing.clear(blocks, Math.max(blocks, differing.length()));
        }
        int kept = (int) Math.min(baseBlocks, limit - begin);
        if (kept < blocks) {
            differing.set(kept, blocks);
        }
        return Optional.of(differing);
    }

    private record Segment(Relation relation, long number) {}
}
