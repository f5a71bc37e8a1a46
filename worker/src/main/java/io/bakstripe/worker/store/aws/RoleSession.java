package io.bakstripe.worker.store.aws;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * The keys of a role in one session, renewed before they expire.
 *
 * <p>A while before that they are renewed beside the requests, which go on with the old ones: a token service that is silent for a moment delays
 * nothing. Only requests that find none to use wait for new ones, all of them for the same answer. What the store says counts more than this node's
 * clock: keys that it calls expired are given up.
 */
final class RoleSession implements Signing {
    private static final Logger LOG = LoggerFactory.getLogger(RoleSession.class);
    private static final Set<String> EXPIRED = Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired");

    private final String name;
    private final Supplier<CompletionStage<Keys>> assumption;
    private final InstantSource clock;
    private final Duration renewBefore;
    private final Duration pause;
    private @Nullable Keys held;
    private @Nullable CompletableFuture<Keys> renewal;
    private Instant leftAloneUntil = Instant.MIN;

    /**
     * @param name for the log
     * @param assumption asks for new keys; fails as {@link #ready} does
     * @param renewBefore see {@link StsSettings}
     * @param pause after a renewal that failed while the old keys are good
     */
    RoleSession(
            String name,
            Supplier<CompletionStage<Keys>> assumption,
            InstantSource clock,
            Duration renewBefore,
            Duration pause) {
        this.name = name;
        this.assumption = assumption;
        this.clock = clock;
        this.renewBefore = renewBefore;
        this.pause = pause;
    }

    @Override
    public CompletionStage<Optional<Keys>> ready() {
        Optional<Keys> usable;
        @Nullable CompletableFuture<Keys> begun = null;
        @Nullable CompletableFuture<Keys> awaited;
        synchronized (this) {
            Instant now = clock.instant();
            usable = Optional.ofNullable(held).filter(keys -> now.isBefore(keys.usableUntil()));
            if (renewal == null && isDue(usable, now)) {
                begun = new CompletableFuture<>();
                renewal = begun;
            }
            awaited = renewal;
        }
        if (begun != null) {
            renew(begun, usable.isPresent());
        }
        return usable.isPresent() || awaited == null
                ? CompletableFuture.completedFuture(usable)
                : awaited.thenApply(Optional::of);
    }

    private boolean isDue(Optional<Keys> usable, Instant now) {
        return usable.isEmpty() || !now.isBefore(usable.get().renewFrom(renewBefore)) && !now.isBefore(leftAloneUntil);
    }

    private void renew(CompletableFuture<Keys> answer, boolean othersGood) {
        assumed().whenComplete((keys, failure) -> {
            synchronized (this) {
                renewal = null;
                if (failure == null) {
                    held = keys;
                } else {
                    leftAloneUntil = clock.instant().plus(pause);
                }
            }
            if (failure == null) {
                answer.complete(keys);
                return;
            }
            if (othersGood) {
                LOG.warn("{}: the keys are still good, but could not be renewed: {}", name, AwsFailures.said(failure));
            }
            answer.completeExceptionally(failure);
        });
    }

    private CompletionStage<Keys> assumed() {
        try {
            return assumption.get();
        } catch (RuntimeException notAsked) {
            return CompletableFuture.failedFuture(notAsked);
        }
    }

    @Override
    public boolean expired(Keys used, Throwable failure) {
        boolean expired = AwsFailures.answer(failure)
                .filter(answer -> saysExpired(used, answer))
                .isPresent();
        if (expired) {
            synchronized (this) {
                if (used.equals(held)) {
                    held = null;
                }
            }
        }
        return expired;
    }

    private boolean saysExpired(Keys used, AwsServiceException answer) {
        String code = AwsFailures.code(answer);
        // The answer to a HEAD has no body and so no code.
        return EXPIRED.contains(code)
                || code.isEmpty() && answer.statusCode() == 400 && used.mayHaveExpired(clock.instant());
    }
}
