package io.bakstripe.worker.engine.postgres;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of the data directory that consists of pages, as its path tells.
 *
 * @param segment which of its fork's files it is, 0 for the first
 */
record RelationFile(long segment) {
    private static final Pattern PATH = Pattern.compile(
            "(?:base/\\d+|global|pg_tblspc/\\d+/PG_[^/]+/\\d+)/\\d+(?:_(?:fsm|vm|init))?(?:\\.(\\d{1,9}))?");

    /** What a path says of a file; empty when the file has no pages. */
    static Optional<RelationFile> of(String path) {
        Matcher matcher = PATH.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String segment = matcher.group(1);
        return Optional.of(new RelationFile(segment == null ? 0 : Long.parseLong(segment)));
    }
}
