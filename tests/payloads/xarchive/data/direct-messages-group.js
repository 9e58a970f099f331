window.YTD.direct_messages_group.part0 = [
 {
  "dmConversation": {
   "conversationId": "1780000000000000000",
   "messages": [
    {
     "messageCreate": {
      "reactions": [],
      "urls": [],
      "text": "site meeting moved to ten",
      "mediaUrls": [],
      "senderId": "900003",
      "id": "1790000000000000050",
      "createdAt": "2024-05-15T08:00:00.000Z"
     }
    },
    {
     "messageCreate": {
      "reactions": [],
      "urls": [],
      "text": "noted",
      "mediaUrls": [],
      "senderId": "900100",
      "id": "1790000000000000051",
      "createdAt": "2024-05-15T08:05:00.000Z"
     }
    },
    {
     "joinConversation": {
      "initiatingUserId": "900003",
      "participantsSnapshot": [
       "900003",
       "900100"
      ],
      "createdAt": "2024-05-15T07:00:00.000Z"
     }
    }
   ]
  }
 }
]
