package io.bakstripe.api.auth;

import io.bakstripe.api.auth.Admission.Admitted;
import io.bakstripe.api.auth.Admission.Refused;
import io.bakstripe.protocol.error.BackupError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Decides from an {@code Authorization} header who calls.
 *
 * <h2>Cost</h2>
 * A declared login's hash is slow on purpose, so it is computed once for a token, on threads of its own; while it is computed, further calls with the
 * same token wait for it, and afterwards the digest of the token is enough.
 *
 * <h2>Guessing</h2>
 * Every other token costs its address a try beforehand, which it gets back when the token is right. Without a try left nothing is computed and the
 * address has to wait; tokens that were right before are not touched by that. The master's token is compared by its digest and always let in.
 */
public final class Gate {
    private static final Pattern CREDENTIALS = Pattern.compile("(?i:bearer) +([^ ]+) *");
    private static final int MAX_ADDRESSES = 10_000;
    private static final int MAX_VERIFIED = 10_000;
    private static final int MAX_UNDER_WAY = 200;
    private static final Duration CROWDED = Duration.ofSeconds(1);

    private final byte[] masterDigest;
    private final Map<String, DeclaredLogin> logins;
    private final WrongTokens wrong;
    private final VerifiedTokens verified = new VerifiedTokens(MAX_VERIFIED);
    private final Map<String, CompletableFuture<Admission>> underWay = new ConcurrentHashMap<>();
    private final Executor hashing;
    private final InstantSource clock;

    /**
     * @param masterToken must not be blank: an empty token would let everyone in
     * @param hashing where slow hashes are computed
     */
    public Gate(String masterToken, AccessSettings settings, Executor hashing, InstantSource clock) {
        if (masterToken.isBlank()) {
            throw new IllegalArgumentException("the token of the master login must not be blank");
        }
        this.masterDigest = digest(masterToken);
        this.logins = settings.logins().stream()
                .collect(Collectors.toUnmodifiableMap(
                        declared -> declared.login().name(), Function.identity()));
        this.wrong =
                new WrongTokens(settings.wrongTokensAtOnce(), settings.wrongTokensInterval(), MAX_ADDRESSES, clock);
        this.hashing = hashing;
        this.clock = clock;
    }

    /**
     * Who calls. The stage never fails. A call without credentials is refused and costs nothing.
     *
     * @param authorization the value of the header
     * @param address of the caller, as tries are counted
     */
    public CompletionStage<Admission> admit(Optional<String> authorization, String address) {
        Optional<String> token =
                authorization.map(CREDENTIALS::matcher).filter(Matcher::matches).map(matcher -> matcher.group(1));
        if (token.isEmpty()) {
            return CompletableFuture.completedFuture(Refused.of(BackupError.TOKEN_MISSING.problem()));
        }
        byte[] digest = digest(token.get());
        // Digests are compared so that not even the length of the token can be measured.
        if (MessageDigest.isEqual(masterDigest, digest)) {
            return CompletableFuture.completedFuture(new Admitted(Principal.MASTER));
        }
        String key = HexFormat.of().formatHex(digest);
        return verified.find(key)
                .<CompletionStage<Admission>>map(
                        principal -> CompletableFuture.completedFuture(unlessExpired(principal)))
                .orElseGet(() -> verify(token.get(), key, address));
    }

    private CompletionStage<Admission> verify(String token, String key, String address) {
        CompletableFuture<Admission> mine = new CompletableFuture<>();
        CompletableFuture<Admission> running = underWay.size() < MAX_UNDER_WAY
                ? underWay.putIfAbsent(key, mine)
                : underWay.getOrDefault(key, CompletableFuture.completedFuture(tooMany(address, CROWDED)));
        if (running != null) {
            return running;
        }
        Optional<Duration> wait = wrong.take(address);
        Optional<DeclaredLogin> named =
                TokenText.parse(token).flatMap(text -> Optional.ofNullable(logins.get(text.login())));
        if (wait.isPresent() || named.isEmpty()) {
            underWay.remove(key);
            mine.complete(wait.map(time -> tooMany(address, time))
                    .orElseGet(() -> Refused.of(BackupError.TOKEN_MISSING.problem())));
            return mine;
        }
        CompletableFuture.supplyAsync(() -> matches(token, named.get()), hashing)
                .whenComplete((right, failure) -> {
                    boolean known = failure == null && right;
                    if (known) {
                        wrong.giveBack(address);
                        verified.put(key, named.get().principal());
                    }
                    underWay.remove(key);
                    mine.complete(
                            known
                                    ? unlessExpired(named.get().principal())
                                    : Refused.of(BackupError.TOKEN_MISSING.problem()));
                });
        return mine;
    }

    private static boolean matches(String token, DeclaredLogin login) {
        return TokenText.parse(token)
                .map(text -> text.matches(login.tokenHash()))
                .orElse(false);
    }

    private Admission unlessExpired(Principal principal) {
        return principal.expiredAt(clock.instant())
                ? Refused.of(BackupError.TOKEN_EXPIRED.problem(
                        principal.login().name(), principal.expires().orElseThrow()))
                : new Admitted(principal);
    }

    private static Admission tooMany(String address, Duration wait) {
        return new Refused(BackupError.TOKENS_TOO_MANY.problem(address), Optional.of(wait));
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
