package io.bakstripe.node.pause;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The files through which a test and the journal of a node speak: which pause is set, that it was reached, and every write that the journal did.
 *
 * <p>One pause is set at a time. Setting another one, or none, lets go of what waits at the one before.
 */
public final class PauseFolder {
    /** The system property that tells a node's journal the folder. */
    public static final String PROPERTY = "bakstripe.pause.folder";

    private final Path folder;

    public PauseFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * A pause that a test set.
     *
     * @param id tells it from every other one, equal ones too
     */
    record Ordered(String id, Pause pause) {}

    /**
     * One write of the journal: everything in it was recorded at once.
     *
     * @param events names with versions, in order
     */
    public record Write(String persistenceId, List<String> events) {
        public Write {
            events = List.copyOf(events);
        }
    }

    /** Sets a pause; occurrences count from here. */
    public void set(Pause pause) {
        Path next = folder.resolve("pause.next");
        String id = Long.toString(System.nanoTime());
        write(next, String.join(" ", id, pause.moment().name(), Integer.toString(pause.occurrence()), pause.event()));
        try {
            Files.move(next, folder.resolve("pause"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Sets no pause. */
    public void clear() {
        try {
            Files.deleteIfExists(folder.resolve("pause"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Whether the pause that is set was reached. */
    public boolean reached() {
        Optional<Ordered> set = ordered();
        return set.isPresent() && read("reached").equals(Optional.of(set.get().id()));
    }

    /** Every write that the journal confirmed, or would have confirmed after a pause, from the beginning. */
    public List<Write> writes() {
        return read("writes").stream()
                .flatMap(String::lines)
                .map(line -> line.split("\t"))
                .map(fields -> new Write(fields[0], List.of(fields[1].split(","))))
                .toList();
    }

    Optional<Ordered> ordered() {
        return read("pause")
                .map(line -> line.split(" "))
                .map(fields -> new Ordered(
                        fields[0], new Pause(fields[3], Integer.parseInt(fields[2]), Pause.Moment.valueOf(fields[1]))));
    }

    void reach(Ordered pause) {
        write(folder.resolve("reached"), pause.id());
    }

    synchronized void note(Write write) {
        try {
            Files.writeString(
                    folder.resolve("writes"),
                    write.persistenceId() + "\t" + String.join(",", write.events()) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Optional<String> read(String name) {
        try {
            return Optional.of(Files.readString(folder.resolve(name)));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
