package io.bakstripe.sandbox;

import io.bakstripe.sandbox.chaos.ChaosStore;
import io.bakstripe.sandbox.kms.KeyRing;
import io.bakstripe.sandbox.kms.KeyService;
import io.bakstripe.sandbox.sts.Caller;
import io.bakstripe.sandbox.sts.RoleKeys;
import io.bakstripe.sandbox.sts.TokenService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * A running sandbox on the loopback interface: an S3 server whose objects are files under {@code s3/} of its directory, a token service and a key
 * service.
 *
 * <p>Whatever was acknowledged is there after a restart with the same directory, also after the process was killed; unfinished uploads too. An
 * object's metadata are extended attributes of its file, so a file system without them is refused at start. One directory has one sandbox: a second
 * one waits a while for the first to end, then fails.
 */
final class SandboxServer implements AutoCloseable {
    /** The bucket that is there from the beginning. */
    static final String BUCKET = "bakstripe-sandbox";

    static final String REGION = "us-east-1";

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final FileChannel lock;
    private final BlobStore objects;
    private final S3Proxy proxy;
    private final TokenService tokens;
    private final KeyService keys;
    private final KeyRing ring;
    private final Optional<ChaosStore> chaos;
    private final SandboxIdentity identity;

    private SandboxServer(
            FileChannel lock,
            BlobStore objects,
            S3Proxy proxy,
            TokenService tokens,
            KeyService keys,
            KeyRing ring,
            Optional<ChaosStore> chaos,
            SandboxIdentity identity) {
        this.lock = lock;
        this.objects = objects;
        this.proxy = proxy;
        this.tokens = tokens;
        this.keys = keys;
        this.ring = ring;
        this.chaos = chaos;
        this.identity = identity;
    }

    /** Starts a sandbox without faults. */
    static SandboxServer start(Path directory, int port, RandomGenerator random, Duration patience) {
        return start(
                new SandboxOptions(directory, port, 0, 0, OptionalInt.empty(), false, OptionalInt.empty()),
                random,
                patience);
    }

    /**
     * Starts a sandbox; it answers when this returns.
     *
     * @param patience how long to wait for another sandbox on the same directory to end
     * @throws IllegalStateException when the directory or the port cannot be used; nothing runs then
     */
    static SandboxServer start(SandboxOptions options, RandomGenerator random, Duration patience) {
        Path directory = options.data();
        FileChannel lock = lock(directory, patience);
        try {
            Path files = Files.createDirectories(directory.resolve("s3"));
            requireAttributes(files);
            SandboxIdentity before = SandboxIdentity.load(directory).orElseGet(() -> SandboxIdentity.random(random));
            BlobStore objects = new StrictUploads(new FilesystemNio2BlobStore(files.toString()), files);
            SandboxIdentity wanted = before.withPorts(
                    options.port() > 0 ? options.port() : before.port(),
                    options.stsPort() > 0 ? options.stsPort() : before.stsPort(),
                    options.kmsPort() > 0 ? options.kmsPort() : before.kmsPort());
            // With faults the gateways have the ports that clients know, and what is behind them free ones.
            SandboxIdentity served = options.chaosPort().isPresent() ? wanted.withPorts(0, 0, 0) : wanted;
            RoleKeys roleKeys = new RoleKeys(random, InstantSource.system());
            KeyRing ring = KeyRing.open(directory, random, InstantSource.system());
            S3Proxy proxy = serve(objects, served, roleKeys);
            TokenService tokens = serveTokens(served, roleKeys, options.keySeconds(), proxy);
            KeyService keys = serveKeys(served, roleKeys, ring, tokens, proxy);
            Optional<ChaosStore> chaos = options.chaosPort().isPresent()
                    ? Optional.of(guard(wanted, options.chaosPort().getAsInt(), proxy, tokens, keys, objects))
                    : Optional.empty();
            SandboxIdentity identity = before.withPorts(
                    chaos.map(ChaosStore::port).orElseGet(proxy::getPort),
                    chaos.map(ChaosStore::tokenPort).orElseGet(tokens::port),
                    chaos.map(ChaosStore::keyPort).orElseGet(keys::port));
            if (!objects.containerExists(BUCKET)) {
                objects.createContainer(BUCKET);
            }
            identity.save(directory);
            return new SandboxServer(lock, objects, proxy, tokens, keys, ring, chaos, identity);
        } catch (IOException e) {
            release(lock);
            throw new IllegalStateException("cannot use " + directory + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private static FileChannel lock(Path directory, Duration patience) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve("sandbox-s3.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                CompletableFuture.supplyAsync(() -> {
                            try {
                                return channel.lock();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                        .join();
                return channel;
            } catch (CompletionException e) {
                // Closing it also ends the thread that still waits for the lock.
                release(channel);
                throw new IllegalStateException("another sandbox runs on " + directory, e);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot use " + directory + ": " + e.getMessage(), e);
        }
    }

    private static void requireAttributes(Path files) throws IOException {
        Path probe = Files.createTempFile(files, ".probe", "");
        try {
            var view = Files.getFileAttributeView(probe, UserDefinedFileAttributeView.class);
            if (view == null) {
                throw new IllegalStateException(noAttributes(files));
            }
            view.write("user.bakstripe", ByteBuffer.wrap(new byte[] {1}));
        } catch (IOException e) {
            throw new IllegalStateException(noAttributes(files), e);
        } finally {
            Files.delete(probe);
        }
    }

    private static String noAttributes(Path files) {
        return "the file system of " + files + " keeps no extended attributes, which hold the objects' metadata:"
                + " choose a directory on another one";
    }

    private static S3Proxy serve(BlobStore objects, SandboxIdentity identity, RoleKeys keys) {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(objects)
                .endpoint(URI.create("http://127.0.0.1:" + identity.port()))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, identity.accessKey(), identity.secretKey())
                // Among them the session token of temporary keys, which belongs to the signature and says nothing else
                // here.
                .ignoreUnknownHeaders(true)
                .stopTimeout(STOP_LIMIT.toMillis())
                .build();
        proxy.setBlobStoreLocator((accessKey, bucket, key) -> Optional.ofNullable(accessKey)
                .flatMap(name ->
                        name.equals(identity.accessKey()) ? Optional.of(identity.secretKey()) : keys.secret(name))
                .map(secret -> new AccessGrant(secret, objects))
                .orElse(null));
        try {
            proxy.start();
            return proxy;
        } catch (Exception e) {
            throw new IllegalStateException(
                    "cannot serve on port " + identity.port() + ": " + e.getMessage() + " (choose one with --port)", e);
        }
    }

    private static TokenService serveTokens(
            SandboxIdentity identity, RoleKeys keys, OptionalInt keySeconds, S3Proxy proxy) {
        try {
            return TokenService.start(
                    identity.stsPort(),
                    new Caller(identity.accessKey(), identity.secretKey()),
                    keys,
                    keySeconds.isPresent() ? Optional.of(Duration.ofSeconds(keySeconds.getAsInt())) : Optional.empty());
        } catch (IOException e) {
            stop(proxy);
            throw new IllegalStateException(
                    "cannot serve tokens on port " + identity.stsPort() + ": " + e.getMessage()
                            + " (choose one with --sts-port)",
                    e);
        }
    }

    private static KeyService serveKeys(
            SandboxIdentity identity, RoleKeys roleKeys, KeyRing ring, TokenService tokens, S3Proxy proxy) {
        try {
            return KeyService.start(
                    identity.kmsPort(),
                    new Caller(identity.accessKey(), identity.secretKey()),
                    roleKeys,
                    ring,
                    // Not the server's: data keys are made by many threads at once, and are secrets.
                    new SecureRandom());
        } catch (IOException e) {
            tokens.close();
            stop(proxy);
            throw new IllegalStateException(
                    "cannot serve keys on port " + identity.kmsPort() + ": " + e.getMessage()
                            + " (choose one with --kms-port)",
                    e);
        }
    }

    private static ChaosStore guard(
            SandboxIdentity wanted,
            int chaosPort,
            S3Proxy proxy,
            TokenService tokens,
            KeyService keys,
            BlobStore objects) {
        try {
            return ChaosStore.start(
                    new ChaosStore.Ports(wanted.port(), wanted.stsPort(), wanted.kmsPort()),
                    chaosPort,
                    new ChaosStore.Ports(proxy.getPort(), tokens.port(), keys.port()),
                    objects);
        } catch (IOException e) {
            keys.close();
            tokens.close();
            stop(proxy);
            throw new IllegalStateException(
                    "cannot serve on ports %d, %d and %d with faults from port %d: %s (choose others with --port, --sts-port, --kms-port and --chaos-port)"
                            .formatted(wanted.port(), wanted.stsPort(), wanted.kmsPort(), chaosPort, e.getMessage()),
                    e);
        }
    }

    private static void stop(S3Proxy proxy) {
        try {
            proxy.stop();
        } catch (Exception e) {
            System.err.println("sandbox: stopped with " + e);
        }
    }

    SandboxIdentity identity() {
        return identity;
    }

    String endpoint() {
        return "http://127.0.0.1:" + identity.port();
    }

    /** Where no fault strikes; {@link #endpoint} unless faults can be asked for. */
    String calmEndpoint() {
        return "http://127.0.0.1:" + proxy.getPort();
    }

    /** Where faults are asked for. */
    Optional<String> chaosEndpoint() {
        return chaos.map(running -> "http://127.0.0.1:" + running.controlPort() + "/chaos");
    }

    /** Where keys of {@link TokenService#ROLE} are given out. */
    String stsEndpoint() {
        return "http://127.0.0.1:" + identity.stsPort();
    }

    /** Where the key service answers. */
    String kmsEndpoint() {
        return "http://127.0.0.1:" + identity.kmsPort();
    }

    /** The ARN of one of its keys. */
    String keyArn(KeyRing.Wanted key) {
        return ring.arn(key);
    }

    private String kmsJson() {
        return "{\"endpoint\":\"%s\",\"keyArn\":\"%s\",\"secondKeyArn\":\"%s\",\"asymmetricKeyArn\":\"%s\",\"awsManagedKeyArn\":\"%s\",\"disabledKeyArn\":\"%s\",\"pendingDeletionKeyArn\":\"%s\",\"otherRegionKeyArn\":\"%s\"}"
                .formatted(
                        kmsEndpoint(),
                        keyArn(KeyRing.Wanted.MAIN),
                        keyArn(KeyRing.Wanted.SECOND),
                        keyArn(KeyRing.Wanted.ASYMMETRIC),
                        keyArn(KeyRing.Wanted.AWS_MANAGED),
                        keyArn(KeyRing.Wanted.DISABLED),
                        keyArn(KeyRing.Wanted.PENDING_DELETION),
                        keyArn(KeyRing.Wanted.ELSEWHERE));
    }

    /** What a client needs, as one line of JSON. No value holds a character that JSON would escape. */
    String toJson() {
        return "{\"endpoint\":\"%s\",\"accessKey\":\"%s\",\"secretKey\":\"%s\",\"region\":\"%s\",\"bucket\":\"%s\",\"sts\":\"%s\",\"roleArn\":\"%s\",\"kms\":%s%s}"
                .formatted(
                        endpoint(),
                        identity.accessKey(),
                        identity.secretKey(),
                        REGION,
                        BUCKET,
                        stsEndpoint(),
                        TokenService.ROLE,
                        kmsJson(),
                        chaosEndpoint()
                                .map(address -> ",\"chaos\":\"%s\",\"calm\":\"%s\"".formatted(address, calmEndpoint()))
                                .orElse(""));
    }

    /** Stops serving; requests that run get a few seconds to end. Never throws. */
    @Override
    public void close() {
        try {
            if (chaos.isPresent()) {
                chaos.get().close();
            }
            keys.close();
            tokens.close();
            stop(proxy);
            objects.close();
        } catch (Exception e) {
            System.err.println("sandbox: stopped with " + e);
        } finally {
            release(lock);
        }
    }

    private static void release(FileChannel lock) {
        try {
            lock.close();
        } catch (IOException e) {
            System.err.println("sandbox: lock file not closed: " + e);
        }
    }
}
