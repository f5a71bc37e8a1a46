package io.bakstripe.node.offline;

import com.typesafe.config.ConfigException;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.seal.SealFacts;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where files are that a command names: on this host, or in the object store of the configuration, which is opened, with its key service, when the first ARN or the first encrypted file
 * comes. Not thread-safe.
 */
public final class Places implements AutoCloseable {
    private static final String ARN = "arn:";

    private final Opening opening;
    private final Beside beside;
    private final LocalFiles locals = new LocalFiles();
    private @Nullable Services open;

    /**
     * @param opening opens the store and the key service
     * @param beside what was saved with a file of this host; belongs to every one that is asked for
     */
    public Places(Opening opening, Beside beside) {
        this.opening = opening;
        this.beside = beside;
    }

    /** Opens the store and the key service; {@link ConfigException} for settings that are wrong. */
    @FunctionalInterface
    public interface Opening {
        Services open() throws IOException;
    }

    /** A store and a key service. */
    public interface Services extends AutoCloseable {
        /** The objects as they are stored. */
        ObjectReader store();

        /**
         * Files as they were before they were encrypted; to be closed.
         *
         * @param reader where they lie
         * @param key that opens encrypted ones, all of which must be; empty: the one that each file names
         */
        OpenedFiles files(ObjectReader reader, Optional<KeyArn> key);

        /** How objects are listed and read. */
        RestoreSettings restore();

        @Override
        void close();
    }

    /**
     * What was saved with a file of this host.
     *
     * @param metadata a file with those that the object had, for mode 1
     * @param keys its key object, for mode 2; empty: the file of its name with {@code .keys} behind it, if there is one
     */
    public record Beside(Optional<Path> metadata, Optional<Path> keys) {
        public static final Beside NOTHING = new Beside(Optional.empty(), Optional.empty());
    }

    /** A file that is there. */
    public final class Found {
        private final String name;
        private final Map<String, String> shownAs;
        private final StoredObject object;
        private final ObjectReader reader;

        private Found(String name, Map<String, String> shownAs, StoredObject object, ObjectReader reader) {
            this.name = name;
            this.shownAs = shownAs;
            this.object = object;
            this.reader = reader;
        }

        /** To show: as it was given, or the ARN that matched. */
        public String name() {
            return name;
        }

        /** As it is stored. */
        public StoredObject object() {
            return object;
        }

        /** What it tells of its encryption; blocks. */
        public SealFacts facts() {
            return Waiting.on(() -> SealFacts.of(reader, object));
        }

        /**
         * The file as it was before it was encrypted; to be closed.
         *
         * @param key that opens it, where it is encrypted; empty: the one that it names
         */
        public OpenedFiles open(SealFacts facts, Optional<KeyArn> key) throws IOException {
            if (facts.mode() == Mode.PLAIN) {
                return new OpenedFiles(
                        reader, KeyServices.none().of(OfflineStore.OWN), new KeyChoice.AsTheFileSays(), Runnable::run);
            }
            return services().files(reader, key);
        }

        /** A problem with the names of files in the place of what stands for them inside. */
        public Problem shown(Problem problem) {
            return new Problem(problem.error(), named(problem.detail()), named(problem.hint()), problem.parameter());
        }

        private String named(String text) {
            String shown = text;
            for (Map.Entry<String, String> one : shownAs.entrySet()) {
                shown = shown.replace(one.getKey(), one.getValue());
            }
            return shown;
        }
    }

    /** The files that a name means, one or, for an ARN with an asterisk, several; blocks. */
    public List<Found> find(String name) throws IOException {
        return name.startsWith(ARN) ? inStore(S3Arn.parse(name)) : List.of(onHost(name));
    }

    private Found onHost(String name) throws IOException {
        Path path = Path.of(name);
        if (!Files.isRegularFile(path)) {
            throw new IOException("there is no file " + name);
        }
        if (name.endsWith(KeyObject.SUFFIX)) {
            throw BackupError.NOT_A_BACKUP
                    .problem(name, "files of that name hold the keys of others")
                    .asException();
        }
        Optional<Path> metadata = beside.metadata();
        Map<String, String> saved = metadata.isPresent() ? LocalFiles.metadata(metadata.get()) : Map.of();
        S3Arn arn = locals.add(path, saved, beside.keys());
        StoredObject object = Waiting.on(() -> locals.head(arn)).orElseThrow();
        String keys = beside.keys().map(Path::toString).orElse(name + KeyObject.SUFFIX);
        // The longer one first: one begins as the other.
        Map<String, String> shownAs = new LinkedHashMap<>();
        shownAs.put(KeyObject.of(arn).toString(), keys);
        shownAs.put(arn.toString(), name);
        return new Found(name, shownAs, object, locals);
    }

    private List<Found> inStore(S3Arn arn) throws IOException {
        ObjectReader store = services().store();
        StoreSetFinder finder = new StoreSetFinder(store, services().restore());
        return Waiting.on(() -> finder.objects(arn)).stream()
                .map(object -> new Found(object.file().toString(), Map.of(), object, store))
                .toList();
    }

    private Services services() throws IOException {
        if (open == null) {
            open = opening.open();
        }
        return open;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
