import { openRedis } from '../redis.ts';
import type { OnText, Transport } from './transport.ts';

export const createRedisTransport = (
  { redisUrl, prefix, onError }: { redisUrl: string; prefix: string; onError?: (error: Error) => void },
  onText: OnText,
): Transport => {
  const publisher = openRedis(redisUrl, 'publish', onError);
  // A connection that subscribes can do nothing else; ioredis subscribes again after a reconnect.
  const subscriber = openRedis(redisUrl, 'subscribe', onError);
  const channelPrefix = `${prefix}:live:`;
  subscriber.on('message', (channel: string, text: string) => onText(channel.slice(channelPrefix.length), text));
  return {
    publish: async (topic, text) => {
      await publisher.publish(channelPrefix + topic, text);
    },
    listen: async (topic) => {
      await subscriber.subscribe(channelPrefix + topic);
    },
    unlisten: async (topic) => {
      await subscriber.unsubscribe(channelPrefix + topic);
    },
    check: async () => {
      await publisher.ping();
      if (subscriber.status !== 'ready') throw new Error('The subscription to Redis is interrupted.');
    },
    close: async () => {
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
};
