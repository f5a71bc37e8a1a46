package io.bakstripe.sandbox.kms;

import io.bakstripe.sandbox.disk.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The keys that there are. Made at the first start and kept in {@code sandbox-kms.json}, readable by its owner only: whatever was sealed with them can be
 * opened after a restart, also after the process was killed. Thread-safe.
 */
public final class KeyRing {
    static final String REGION = "us-east-1";

    /** Of the key that answers here as KMS answers for keys of other regions. */
    private static final String OTHER_REGION = "eu-west-1";

    private static final int SECRET_BYTES = 32;

    private final Path file;
    private List<SandboxKey> keys;

    private KeyRing(Path file, List<SandboxKey> keys) {
        this.file = file;
        this.keys = List.copyOf(keys);
    }

    /** Reads the keys that lie in {@code directory}, or makes them. */
    public static KeyRing open(Path directory, RandomGenerator random, InstantSource clock) throws IOException {
        Path file = directory.resolve("sandbox-kms.json");
        if (Files.exists(file)) {
            try {
                return new KeyRing(file, read(file));
            } catch (JacksonException | IllegalArgumentException broken) {
                throw new IOException(file + " holds no keys: remove it to begin anew", broken);
            }
        }
        KeyRing ring = new KeyRing(file, fresh(random, clock));
        ring.save();
        return ring;
    }

    private static List<SandboxKey> fresh(RandomGenerator random, InstantSource clock) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        List<SandboxKey> made = new ArrayList<>();
        for (Wanted wanted : Wanted.values()) {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            made.add(new SandboxKey(
                    new UUID(version4(random.nextLong()), variant2(random.nextLong())).toString(),
                    wanted.alias,
                    wanted.region,
                    wanted.kind,
                    wanted.state,
                    now,
                    Base64.getEncoder().encodeToString(secret)));
        }
        return made;
    }

    private static long version4(long bits) {
        return bits & ~0xF000L | 0x4000L;
    }

    private static long variant2(long bits) {
        return bits & ~(3L << 62) | 1L << 63;
    }

    /** The keys of a fresh sandbox. */
    public enum Wanted {
        MAIN("bakstripe-sandbox", REGION, SandboxKey.Kind.SYMMETRIC, SandboxKey.State.ENABLED),
        SECOND("bakstripe-second", REGION, SandboxKey.Kind.SYMMETRIC, SandboxKey.State.ENABLED),
        ASYMMETRIC("bakstripe-asymmetric", REGION, SandboxKey.Kind.ASYMMETRIC, SandboxKey.State.ENABLED),
        AWS_MANAGED("aws/s3", REGION, SandboxKey.Kind.AWS_MANAGED, SandboxKey.State.ENABLED),
        DISABLED("bakstripe-disabled", REGION, SandboxKey.Kind.SYMMETRIC, SandboxKey.State.DISABLED),
        PENDING_DELETION(
                "bakstripe-pending-deletion", REGION, SandboxKey.Kind.SYMMETRIC, SandboxKey.State.PENDING_DELETION),
        ELSEWHERE("bakstripe-elsewhere", OTHER_REGION, SandboxKey.Kind.SYMMETRIC, SandboxKey.State.ENABLED);

        private final String alias;
        private final String region;
        private final SandboxKey.Kind kind;
        private final SandboxKey.State state;

        Wanted(String alias, String region, SandboxKey.Kind kind, SandboxKey.State state) {
            this.alias = alias;
            this.region = region;
            this.kind = kind;
            this.state = state;
        }
    }

    /** The ARN of one of the keys that are there from the beginning. */
    public synchronized String arn(Wanted wanted) {
        return keys.stream()
                .filter(key -> key.alias().equals(wanted.alias))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        file + " lacks the key " + wanted.alias + ": remove it to begin anew"))
                .arn();
    }

    /** The keys that can be asked for here. */
    synchronized List<SandboxKey> here() {
        return keys.stream().filter(key -> key.region().equals(REGION)).toList();
    }

    /** Finds a key by id, ARN, alias or ARN of an alias; what is not there is refused in KMS's words. */
    SandboxKey find(String name) throws KeyRefusal {
        String local = name;
        if (name.startsWith("arn:")) {
            String[] parts = name.split(":", 6);
            if (parts.length < 6 || !parts[2].equals("kms")) {
                throw KeyRefusal.invalid("Invalid keyId '" + name + "'");
            }
            if (!parts[3].equals(REGION)) {
                throw KeyRefusal.notFound("Invalid arn " + parts[3]);
            }
            local = parts[4].equals(SandboxKey.ACCOUNT) ? parts[5] : name;
        }
        String alias = local.startsWith("alias/") ? local.substring("alias/".length()) : "";
        String id = local.startsWith("key/") && name.startsWith("arn:") ? local.substring("key/".length()) : local;
        return here().stream()
                .filter(key ->
                        alias.isEmpty() ? key.id().equals(id) : key.alias().equals(alias))
                .findFirst()
                .orElseThrow(() -> KeyRefusal.notFound(
                        alias.isEmpty()
                                ? "Key '%s' does not exist".formatted(arn(id))
                                : "Alias arn:aws:kms:%s:%s:alias/%s is not found."
                                        .formatted(REGION, SandboxKey.ACCOUNT, alias)));
    }

    private static String arn(String id) {
        return id.startsWith("arn:") ? id : "arn:aws:kms:" + REGION + ":" + SandboxKey.ACCOUNT + ":key/" + id;
    }

    /** Changes a key's state for good; after a failure it has the old one. */
    synchronized void put(SandboxKey key, SandboxKey.State state) throws IOException {
        List<SandboxKey> before = keys;
        keys = before.stream()
                .map(one -> one.id().equals(key.id()) ? one.in(state) : one)
                .toList();
        try {
            save();
        } catch (IOException failed) {
            keys = before;
            throw failed;
        }
    }

    private static List<SandboxKey> read(Path file) throws IOException {
        return new JsonMapper()
                .readTree(Files.readAllBytes(file))
                .required("keys")
                .valueStream()
                .map(SandboxKey::read)
                .toList();
    }

    private void save() throws IOException {
        PrivateFile.replace(
                file,
                new JsonMapper()
                        .writeValueAsBytes(Map.of(
                                "keys", keys.stream().map(SandboxKey::toMap).toList())));
    }
}
