package io.bakstripe.worker.engine.postgres;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of the data directory that consists of pages, as its path tells.
 *
 * @param relation that it belongs to
 * @param fork of the relation
 * @param segment which of its fork's files it is, 0 for the first
 */
record RelationFile(Relation relation, Fork fork, long segment) {
    private static final Pattern PATH = Pattern.compile(
            "(?:(base)/(\\d{1,10})|(global)|pg_tblspc/(\\d{1,10})/PG_[^/]+/(\\d{1,10}))/(\\d{1,10})(?:_(fsm|vm|init))?"
                    + "(?:\\.(\\d{1,9}))?");

    private static final long DEFAULT_TABLESPACE = 1663;
    private static final long GLOBAL_TABLESPACE = 1664;

    /**
     * What a server calls a relation in its log.
     *
     * @param tablespace by its oid
     * @param database by its oid, 0 for what belongs to all
     * @param node the number in the names of its files
     */
    record Relation(long tablespace, long database, long node) {}

    /** What a relation's files are divided into. */
    enum Fork {
        MAIN,
        FREE_SPACE,
        VISIBILITY,
        INITIAL
    }

    /** What a path says of a file; empty when the file has no pages. */
    static Optional<RelationFile> of(String path) {
        Matcher matcher = PATH.matcher(path);
        return matcher.matches() ? Optional.of(read(matcher)) : Optional.empty();
    }

    private static RelationFile read(Matcher matcher) {
        long node = Long.parseLong(matcher.group(6));
        Relation relation = matcher.group(1) != null
                ? new Relation(DEFAULT_TABLESPACE, Long.parseLong(matcher.group(2)), node)
                : matcher.group(3) != null
                        ? new Relation(GLOBAL_TABLESPACE, 0, node)
                        : new Relation(Long.parseLong(matcher.group(4)), Long.parseLong(matcher.group(5)), node);
        String segment = matcher.group(8);
        return new RelationFile(relation, fork(matcher.group(7)), segment == null ? 0 : Long.parseLong(segment));
    }

    private static Fork fork(@Nullable String suffix) {
        if (suffix == null) {
            return Fork.MAIN;
        }
        return switch (suffix) {
            case "fsm" -> Fork.FREE_SPACE;
            case "vm" -> Fork.VISIBILITY;
            default -> Fork.INITIAL;
        };
    }
}
