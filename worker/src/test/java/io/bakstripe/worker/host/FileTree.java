package io.bakstripe.worker.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is in a directory, for comparisons: kinds, sizes, times of change and contents. */
public final class FileTree {
    private FileTree() {}

    /** One line for each entry under its path; links are named with their target and not followed. */
    public static SortedMap<String, String> of(Path root) throws IOException {
        SortedMap<String, String> entries = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                entries.put(root.relativize(path).toString(), describe(path));
            }
        }
        return entries;
    }

    private static String describe(Path path) throws IOException {
        BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (facts.isSymbolicLink()) {
            return "link to " + Files.readSymbolicLink(path);
        }
        String content = facts.isRegularFile() ? "#" + Arrays.hashCode(Files.readAllBytes(path)) : "directory";
        return facts.size() + " bytes of " + facts.lastModifiedTime() + " " + content;
    }
}
